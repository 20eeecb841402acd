import type { TimeZone } from '../lib/timeZone';
import { isTestableType, sendTestEvent } from '../outbox/dispatch/testEvent';
import { listDroppedSecrets } from '../outbox/endpoint/endpointSecrets';
import { createEndpoint, setEndpointStatus, updateEndpoint } from '../outbox/endpoint/lifecycle';
import {
	deleteEndpoint,
	EndpointNotFoundError,
	loadRegisteredEndpoint,
	loadRegisteredEndpoints,
	modifyEndpoint,
	requireReadable,
	type ApiScope,
} from '../outbox/endpoint/repository';
import { InvalidEndpointError } from '../outbox/endpoint/settings';
import { findDeliveries } from '../outbox/log/query';
import { computeStats } from '../outbox/log/stats';
import type { Endpoint, RegisteredEndpoint } from '../outbox/model';
import type { OutboxPorts } from '../outbox/ports';
import type { ManagementApi, Platform } from '../platforms';

import { toEndpointInput } from './endpointInput';
import { toErrorReply, type ManagementReply } from './errorReplies';
import { InvalidFieldError, withFieldErrors } from './fieldErrors';
import { insertWebhook, type RequestIdempotency } from './idempotency';
import {
	LOG_POSITION,
	parseCursor,
	parseLimit,
	parseLogPosition,
	toLogPosition,
	toNextCursor,
} from './paging';
import {
	presentAttempt,
	presentDropped,
	presentLogEntry,
	presentStats,
	presentWebhook,
	type DroppedField,
} from './presentWebhook';
import { parseLogFilters, requireKnownParameters } from './queryParameters';
import { createSchema, parseRequestBody, testSchema, updateSchema } from './requestSchemas';
import type { ManagementTask } from './routes';

export type { ManagementReply } from './errorReplies';

/** One authenticated request to the management API. */
export interface ManagementRequest {
	task: ManagementTask;
	/** Absent for `list` and `create`. */
	webhookId?: string;
	query: Record<string, unknown>;
	body: unknown;
	/** Set if a request to create a webhook has an Idempotency-Key. */
	idempotency?: RequestIdempotency;
}

/** The platform whose API is served, and the URLs that the workflow's owner lets subscribers register. */
export interface ManagementRules {
	platform: Platform;
	allowHttp: boolean;
	/** `true` if URLs may point into n8n's own network. */
	allowInternal: boolean;
	/** The zone of the days in statistics; UTC by default. */
	zone?: TimeZone;
}

/** A webhook's position in the list, which is sorted by time of registration. */
const toListPosition = ({ id, registeredAt }: RegisteredEndpoint): string =>
	`${registeredAt} ${id}`;
const LIST_POSITION = /^\d{4}-\d\d-\d\dT\S+ \S+$/;

const ENDPOINT_ID = /^\w[\w-]{0,99}$/;

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
		const endpoints = await loadRegisteredEndpoints(this.ports, this.scope);
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
		const input = {
			...toEndpointInput(body, this.rules),
			platform: this.scope.platformId,
			isApiManaged: true,
		};
		const nowMs = this.ports.nowMs();
		const created = withFieldErrors('url', input.url, () =>
			createEndpoint(input, `wh_${this.ports.newId()}`, nowMs),
		);
		const endpoint = setEndpointStatus(created, body.status ?? 'active', DISABLED_REASON, nowMs);
		const { id, registeredAt, secrets } = await insertWebhook(
			this.ports,
			this.scope,
			endpoint,
			this.request,
		);
		const signing = secrets.signing.find(({ created_at }) => created_at === registeredAt);
		return {
			statusCode: 201,
			body: {
				...presentWebhook({ ...endpoint, id, registeredAt }, computeStats([])),
				signing_secret: signing?.secret ?? null,
			},
		};
	}

	async get(): Promise<ManagementReply> {
		return await this.replyWithWebhook(await this.loadWebhook());
	}

	async update(): Promise<ManagementReply> {
		const body = parseRequestBody(updateSchema, this.request.body);
		let dropped: DroppedField[] = [];
		const change = (current: Endpoint): Endpoint => {
			const input = toEndpointInput(body, this.rules, current);
			const nowMs = this.ports.nowMs();
			const updated = withFieldErrors('url', input.url, () =>
				updateEndpoint(current, input, nowMs),
			);
			const dropsQuery = body.url === current.url && updated.secrets.url !== current.secrets.url;
			dropped = [
				...listDroppedSecrets(current, updated, input),
				...(dropsQuery ? (['url_query'] as const) : []),
			];
			return setEndpointStatus(updated, body.status ?? current.status, DISABLED_REASON, nowMs);
		};
		const webhook = requireReadable(await this.loadWebhook());
		const endpoint = await modifyEndpoint(this.ports, webhook, change, this.scope);
		const reply = await this.replyWithWebhook(endpoint);
		return { ...reply, body: { ...reply.body, ...presentDropped(dropped) } };
	}

	async delete(): Promise<ManagementReply> {
		const { id } = await this.loadWebhook();
		await deleteEndpoint(this.ports, id, this.scope);
		return {
			statusCode: 200,
			body: { success: true, message: 'Webhook deleted successfully', id },
		};
	}

	async test(): Promise<ManagementReply> {
		const { event, test_data = {} } = parseRequestBody(testSchema, this.request.body);
		const endpoint = requireReadable(await this.loadWebhook());
		if (!isTestableType(endpoint, event)) {
			throw new InvalidFieldError("Field 'event' must be an event type of this webhook", {
				field: 'event',
				expected: 'webhook.test, or an event type that the webhook gets',
				received: 'another event type',
			});
		}
		const { eventId, report } = await sendTestEvent(this.ports, endpoint, event, test_data);
		const [attempt] = report.attempts;
		return {
			statusCode: 200,
			body: {
				success: report.status === 'delivered',
				event,
				event_id: eventId,
				...presentAttempt(attempt),
			},
		};
	}

	async getLogs(): Promise<ManagementReply> {
		const { query } = this.request;
		const [limit, cursor] = [parseLimit(query), parseCursor(query, LOG_POSITION)];
		const filters = parseLogFilters(query, this.rules.zone);
		const { id } = await this.loadWebhook();
		const deliveries = await findDeliveries(
			this.ports.tables,
			{
				...filters,
				endpointId: id,
				after: cursor === undefined ? undefined : parseLogPosition(cursor),
			},
			limit + 1,
		);
		const page = deliveries.slice(0, limit);
		const hasMore = deliveries.length > limit;
		return {
			statusCode: 200,
			body: {
				[this.api.logsField]: page.map(presentLogEntry),
				...toNextCursor(hasMore ? toLogPosition(page[page.length - 1]) : undefined),
			},
		};
	}

	async getStats(): Promise<ManagementReply> {
		const endpoint = await this.loadWebhook();
		return { statusCode: 200, body: presentStats(endpoint.id, await this.loadStats(endpoint)) };
	}

	private get scope(): ApiScope {
		return { platformId: this.rules.platform.id };
	}

	/**
	 * Loads the webhook, even if it cannot be opened.
	 * @throws EndpointNotFoundError, also for an endpoint that the API does not serve
	 */
	private async loadWebhook(): Promise<RegisteredEndpoint> {
		const id = this.request.webhookId ?? '';
		// n8n would evaluate an ID that begins with "=".
		if (!ENDPOINT_ID.test(id)) throw new EndpointNotFoundError(id);
		return await loadRegisteredEndpoint(this.ports, id, this.scope);
	}

	private async loadStats({ id }: RegisteredEndpoint): Promise<ReturnType<typeof computeStats>> {
		return computeStats(
			await findDeliveries(this.ports.tables, { endpointId: id }),
			this.rules.zone,
		);
	}

	private async replyWithWebhook(endpoint: RegisteredEndpoint): Promise<ManagementReply> {
		return {
			statusCode: 200,
			body: presentWebhook(endpoint, await this.loadStats(endpoint)),
		};
	}
}

/**
 * Serves one request to AgenticFlow's webhook management API from the outbox: the webhooks are its
 * endpoints of that platform. Replies contain no secret, except a new webhook's signing secret, once.
 * Source: docs/platforms.md#agenticflow
 * @returns the reply, also to invalid input (422), unknown webhooks (404) and those that cannot be opened
 * (503)
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
	const handle = async (): Promise<ManagementReply> => {
		requireKnownParameters(request.task, request.query);
		return await handlers[request.task]();
	};
	return await handle().catch((error: unknown) => {
		const reply = toErrorReply(error);
		if (reply === undefined) throw error;
		return reply;
	});
}
