import { toReplyBody } from '../http/replyBodies';
import { sendTestEvent } from '../outbox/dispatch/testEvent';
import { createEndpoint, setEndpointStatus, updateEndpoint } from '../outbox/endpoint/lifecycle';
import {
	deleteEndpoint,
	EndpointNotFoundError,
	insertEndpoint,
	loadEndpoint,
	loadEndpoints,
	modifyEndpoint,
} from '../outbox/endpoint/repository';
import { InvalidEndpointError } from '../outbox/endpoint/settings';
import { findDeliveries } from '../outbox/log/query';
import { computeStats } from '../outbox/log/stats';
import type { Endpoint } from '../outbox/model';
import type { OutboxPorts } from '../outbox/ports';
import type { ManagementApi, Platform } from '../platforms';

import { toEndpointInput } from './endpointInput';
import { InvalidFieldError, withFieldErrors } from './fieldErrors';
import { parseCursor, parseLimit, toNextCursor } from './paging';
import { presentLogEntry, presentStats, presentWebhook } from './presentWebhook';
import { createSchema, parseRequestBody, testSchema, updateSchema } from './requestSchemas';
import type { ManagementTask } from './routes';

/** One authenticated request to the management API. */
export interface ManagementRequest {
	task: ManagementTask;
	/** Absent for `list` and `create`. */
	webhookId?: string;
	query: Record<string, unknown>;
	body: unknown;
}

/** The platform whose API is served, and the URLs that the workflow's owner lets subscribers register. */
export interface ManagementRules {
	platform: Platform;
	allowHttp: boolean;
	/** `true` if URLs may point into n8n's own network. */
	allowInternal: boolean;
}

/** The response to send, with a JSON body. */
export interface ManagementReply {
	statusCode: number;
	body: object;
}

/** A webhook's position in the list, which is sorted by time of registration. */
const toListPosition = ({ id, registeredAt }: Endpoint): string => `${registeredAt} ${id}`;
const LIST_POSITION = /^\d{4}-\d\d-\d\dT\S+ \S+$/;
const LOG_POSITION = /^[1-9]\d{0,14}$/;

const DISABLED_REASON = 'Disabled through the management API';

/** Handles each task with the method of its name. */
class ManagementApiHandlers implements Record<ManagementTask, () => Promise<ManagementReply>> {
	constructor(
		private readonly ports: OutboxPorts,
		private readonly rules: ManagementRules,
		private readonly api: ManagementApi,
		private readonly request: ManagementRequest,
	) {}

	async list(): Promise<ManagementReply> {
		const { query } = this.request;
		const [limit, after] = [parseLimit(query), parseCursor(query, LIST_POSITION)];
		const endpoints = (await loadEndpoints(this.ports)).filter(this.isServed);
		const remaining = endpoints
			.filter((endpoint) => after === undefined || toListPosition(endpoint) > after)
			.sort((a, b) => (toListPosition(a) < toListPosition(b) ? -1 : 1));
		const page = remaining.slice(0, limit);
		const { by_endpoint } = computeStats(
			page.length === 0 ? [] : await findDeliveries(this.ports.tables, {}),
		);
		const statsById = new Map(by_endpoint.map((stats) => [stats.endpoint_id, stats]));
		const noStats = computeStats([]);
		const hasMore = remaining.length > limit;
		return {
			statusCode: 200,
			body: {
				[this.api.webhooksField]: page.map((endpoint) =>
					presentWebhook(endpoint, statsById.get(endpoint.id) ?? noStats),
				),
				...toNextCursor(hasMore ? toListPosition(page[page.length - 1]) : undefined),
			},
		};
	}

	async create(): Promise<ManagementReply> {
		const body = parseRequestBody(createSchema, this.request.body);
		const input = { ...toEndpointInput(body, this.rules), platform: this.rules.platform.id };
		const nowMs = this.ports.nowMs();
		const created = withFieldErrors('url', input.url, () =>
			createEndpoint(input, `wh_${this.ports.newId()}`, nowMs),
		);
		const endpoint = setEndpointStatus(created, body.status ?? 'active', DISABLED_REASON, nowMs);
		await insertEndpoint(this.ports, endpoint);
		return {
			statusCode: 201,
			body: {
				...presentWebhook(endpoint, computeStats([])),
				signing_secret: endpoint.secrets.signing[0]?.secret ?? null,
			},
		};
	}

	async get(): Promise<ManagementReply> {
		return await this.replyWithWebhook(await this.loadWebhook());
	}

	async update(): Promise<ManagementReply> {
		const body = parseRequestBody(updateSchema, this.request.body);
		const endpoint = await modifyEndpoint(this.ports, await this.loadWebhook(), (current) => {
			const input = toEndpointInput(body, this.rules, current);
			const nowMs = this.ports.nowMs();
			const updated = withFieldErrors('url', input.url, () =>
				updateEndpoint(current, input, nowMs),
			);
			return setEndpointStatus(updated, body.status ?? current.status, DISABLED_REASON, nowMs);
		});
		return await this.replyWithWebhook(endpoint);
	}

	async delete(): Promise<ManagementReply> {
		const { id } = await this.loadWebhook();
		await deleteEndpoint(this.ports, id);
		return {
			statusCode: 200,
			body: { success: true, message: 'Webhook deleted successfully', id },
		};
	}

	async test(): Promise<ManagementReply> {
		const { event, test_data = {} } = parseRequestBody(testSchema, this.request.body);
		const endpoint = await this.loadWebhook();
		const { eventId, report } = await sendTestEvent(this.ports, endpoint, event, test_data);
		const [attempt] = report.attempts;
		return {
			statusCode: 200,
			body: {
				success: report.status === 'delivered',
				event,
				event_id: eventId,
				response_code: attempt.status_code,
				response_time_ms: attempt.duration_ms,
				...(attempt.error_message !== null && { error_message: attempt.error_message }),
			},
		};
	}

	async getLogs(): Promise<ManagementReply> {
		const { query } = this.request;
		const [limit, beforeRow] = [parseLimit(query), parseCursor(query, LOG_POSITION)];
		const { id } = await this.loadWebhook();
		const deliveries = await findDeliveries(
			this.ports.tables,
			{ endpointId: id, beforeRow: beforeRow === undefined ? undefined : Number(beforeRow) },
			limit + 1,
		);
		const page = deliveries.slice(0, limit);
		const hasMore = deliveries.length > limit;
		return {
			statusCode: 200,
			body: {
				[this.api.logsField]: page.map(presentLogEntry),
				...toNextCursor(hasMore ? String(page[page.length - 1].rowId) : undefined),
			},
		};
	}

	async getStats(): Promise<ManagementReply> {
		const endpoint = await this.loadWebhook();
		return { statusCode: 200, body: presentStats(endpoint.id, await this.loadStats(endpoint)) };
	}

	private isServed = ({ platform }: Endpoint): boolean => platform.id === this.rules.platform.id;

	/** @throws EndpointNotFoundError, also for an endpoint of another platform */
	private async loadWebhook(): Promise<Endpoint> {
		const id = this.request.webhookId ?? '';
		const endpoint = await loadEndpoint(this.ports, id);
		if (!this.isServed(endpoint)) throw new EndpointNotFoundError(id);
		return endpoint;
	}

	private async loadStats({ id }: Endpoint): Promise<ReturnType<typeof computeStats>> {
		return computeStats(await findDeliveries(this.ports.tables, { endpointId: id }));
	}

	private async replyWithWebhook(endpoint: Endpoint): Promise<ManagementReply> {
		return {
			statusCode: 200,
			body: presentWebhook(endpoint, await this.loadStats(endpoint)),
		};
	}
}

/** Returns the reply to an error that the caller caused; `undefined` for any other error. */
function toErrorReply(error: unknown): ManagementReply | undefined {
	if (error instanceof InvalidFieldError) {
		return {
			statusCode: 422,
			body: toReplyBody({ code: 'INVALID_INPUT', message: error.message, details: error.details }),
		};
	}
	return error instanceof EndpointNotFoundError
		? {
				statusCode: 404,
				body: toReplyBody({ code: 'NOT_FOUND', message: 'This webhook does not exist' }),
			}
		: undefined;
}

/**
 * Serves one request to AgenticFlow's webhook management API from the outbox: the webhooks are its
 * endpoints of that platform. Replies contain no secret, except a new webhook's signing secret, once.
 * Source: docs/platforms.md#agenticflow
 * @returns the reply, also to invalid input (422) and unknown webhooks (404)
 * @throws InvalidEndpointError if the platform has no management API, and any error of the outbox
 * @example
 * const { statusCode, body } = await handleManagementRequest(ports, rules, {
 * 	task: 'create',
 * 	query: {},
 * 	body: { name: 'Orders', url: 'https://example.com/hooks', events: ['order.*'] },
 * });
 */
export async function handleManagementRequest(
	ports: OutboxPorts,
	rules: ManagementRules,
	request: ManagementRequest,
): Promise<ManagementReply> {
	const { management, name } = rules.platform;
	if (management === undefined) {
		throw new InvalidEndpointError(`${name} has no API for its webhooks. Choose another platform.`);
	}
	const handlers = new ManagementApiHandlers(ports, rules, management, request);
	return await handlers[request.task]().catch((error: unknown) => {
		const reply = toErrorReply(error);
		if (reply === undefined) throw error;
		return reply;
	});
}
