import type { TimeZone } from '../lib/timeZone';
import { isTestableType, sendTestEvent } from '../outbox/dispatch/testEvent';
import { listDroppedSecrets } from '../outbox/endpoint/endpointSecrets';
import { createEndpoint, setEndpointStatus, updateEndpoint } from '../outbox/endpoint/lifecycle';
import {
	deleteEndpoint,
	EndpointNotFoundError,
	loadRegisteredEndpoint,
	modifyEndpoint,
	requireReadable,
	type ApiScope,
} from '../outbox/endpoint/repository';
import { InvalidEndpointError } from '../outbox/endpoint/settings';
import { loadCountedEndpoints, loadCounts } from '../outbox/log/counts';
import { findDeliveries } from '../outbox/log/query';
import { computeStats, countDeliveries } from '../outbox/log/stats';
import type { Endpoint, RegisteredEndpoint } from '../outbox/model';
import type { TenantPorts } from '../outbox/ports';
import { requireActiveTenant } from '../outbox/tenant/tenantRepository';
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

const REASONS = {
	active: '',
	paused: 'Paused through the management API',
	disabled: 'Disabled through the management API',
};

/** Handles each task with the method of its name. */
class ManagementApiHandlers implements Record<ManagementTask, () => Promise<ManagementReply>> {
	constructor(
		private readonly ports: TenantPorts,
		private readonly rules: ManagementRules,
		private readonly api: ManagementApi,
		private readonly request: ManagementRequest,
	) {}

	async list(): Promise<ManagementReply> {
		const { query } = this.request;
		const [limit, after] = [parseLimit(query), parseCursor(query, LIST_POSITION)];
		const counted = await loadCountedEndpoints(this.ports, { scope: this.scope });
		const remaining = counted
			.map(({ endpoint, stats }) => ({ endpoint, stats, position: toListPosition(endpoint) }))
			.filter(({ position }) => after === undefined || position > after)
			.sort((a, b) => (a.position < b.position ? -1 : 1));
		const page = remaining.slice(0, limit);
		const hasMore = remaining.length > limit;
		return {
			statusCode: 200,
			body: {
				[this.api.webhooksField]: page.map(({ endpoint, stats }) =>
					presentWebhook(endpoint, stats),
				),
				...toNextCursor(hasMore ? page[page.length - 1].position : undefined),
			},
		};
	}

	async create(): Promise<ManagementReply> {
		const body = parseRequestBody(createSchema, this.request.body);
		const input = {
			...toEndpointInput(body, this.rules),
			platform: this.scope.platformId,
			isApiManaged: true,
			tenantId: this.ports.tenantId,
		};
		const nowMs = this.ports.nowMs();
		const created = withFieldErrors('url', input.url, () =>
			createEndpoint(input, `wh_${this.ports.newId()}`, nowMs),
		);
		const { status = 'active' } = body;
		const endpoint = setEndpointStatus(created, status, REASONS[status], nowMs);
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
				...presentWebhook({ ...endpoint, id, registeredAt }, countDeliveries([])),
				signing_secret: signing?.secret ?? null,
			},
		};
	}

	async get(): Promise<ManagementReply> {
		const query = { id: this.requireValidId(), scope: this.scope };
		const [counted] = await loadCountedEndpoints(this.ports, query);
		if (counted === undefined) throw new EndpointNotFoundError(query.id);
		return { statusCode: 200, body: presentWebhook(counted.endpoint, counted.stats) };
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
			const { status = current.status } = body;
			return setEndpointStatus(updated, status, REASONS[status], nowMs);
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
		const webhook = await this.loadWebhook();
		const deliveries = await findDeliveries(
			this.ports,
			{
				...filters,
				endpointId: webhook.id,
				after: cursor === undefined ? undefined : parseLogPosition(cursor),
			},
			limit + 1,
		);
		const page = deliveries.slice(0, limit);
		const hasMore = deliveries.length > limit;
		return {
			statusCode: 200,
			body: {
				[this.api.logsField]: page.map((delivery) => presentLogEntry(delivery, webhook)),
				...toNextCursor(hasMore ? toLogPosition(page[page.length - 1]) : undefined),
			},
		};
	}

	async getStats(): Promise<ManagementReply> {
		const { id } = await this.loadWebhook();
		const { parts } = await loadCounts(this.ports, { endpointId: id });
		return { statusCode: 200, body: presentStats(id, computeStats(parts, this.rules.zone)) };
	}

	private get scope(): ApiScope {
		return { platformId: this.rules.platform.id };
	}

	/**
	 * Loads the webhook, even if it cannot be opened.
	 * @throws EndpointNotFoundError, also for an endpoint that the API does not serve
	 */
	private async loadWebhook(): Promise<RegisteredEndpoint> {
		return await loadRegisteredEndpoint(this.ports, this.requireValidId(), this.scope);
	}

	/** @throws EndpointNotFoundError */
	private requireValidId(): string {
		const id = this.request.webhookId ?? '';
		// n8n would evaluate an ID that begins with "=".
		if (!ENDPOINT_ID.test(id)) throw new EndpointNotFoundError(id);
		return id;
	}

	private async replyWithWebhook(endpoint: RegisteredEndpoint): Promise<ManagementReply> {
		const [counted] = await loadCountedEndpoints(this.ports, { id: endpoint.id });
		return {
			statusCode: 200,
			body: presentWebhook(endpoint, counted?.stats ?? countDeliveries([])),
		};
	}
}

/**
 * Serves one request to AgenticFlow's webhook management API from the outbox: the webhooks are the tenant's
 * endpoints of that platform. Replies contain no secret, except a new webhook's signing secret, once.
 * Source: docs/platforms.md#agenticflow
 * @returns the reply, also to invalid input (422), unknown webhooks (404), those that cannot be opened
 * (503), and to a tenant that is disabled or has as many webhooks as it may have (403)
 * @throws InvalidEndpointError if the platform has no management API, and any error of the outbox
 * @example
 * const { statusCode, body } = await handleManagementRequest(ports, rules, {
 * 	task: 'create',
 * 	query: {},
 * 	body: { name: 'Orders', url: 'https://example.com/hooks', events: ['order.*'] },
 * });
 */
export async function handleManagementRequest(
	ports: TenantPorts,
	rules: ManagementRules,
	request: ManagementRequest,
): Promise<ManagementReply> {
	const { management, name } = rules.platform;
	if (management === undefined) {
		throw new InvalidEndpointError(`${name} has no API for its webhooks. Choose another platform.`);
	}
	const handlers = new ManagementApiHandlers(ports, rules, management, request);
	const handle = async (): Promise<ManagementReply> => {
		await requireActiveTenant(ports.tables, ports.tenantId);
		requireKnownParameters(request.task, request.query);
		return await handlers[request.task]();
	};
	return await handle().catch((error: unknown) => {
		const reply = toErrorReply(error);
		if (reply === undefined) throw error;
		return reply;
	});
}
