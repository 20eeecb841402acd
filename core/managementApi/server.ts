import isUndefined from 'lodash/isUndefined';
import omit from 'lodash/omit';
import omitBy from 'lodash/omitBy';
import pick from 'lodash/pick';

import { compileConditions, InvalidConditionsError } from '../event/conditions';
import { compileFieldFilters } from '../event/fieldFilter';
import { InvalidEndpointUrlError } from '../http/endpointUrl';
import {
	updateEndpoint,
	InvalidEndpointError,
	createEndpoint,
	setEndpointStatus,
	type Endpoint,
	type EndpointInput,
} from '../outbox/endpoint/lifecycle';
import {
	modifyEndpoint,
	EndpointNotFoundError,
	insertEndpoint,
	loadEndpoint,
	loadEndpoints,
	deleteEndpoint,
} from '../outbox/endpoint/repository';
import { findDeliveries, computeStats, type DeliveryStats } from '../outbox/log/query';
import type { OutboxPorts } from '../outbox/ports';
import type { DeliveryRow } from '../outbox/store/tables';
import { sendTestEvent } from '../outbox/dispatch/testEvent';
import { InvalidPathError } from '../lib/fieldPath';
import type { ManagementApi, Platform } from '../platforms';
import { errorReply } from '../http/replyBodies';
import { typeName, validate } from '../http/validateBody';

import { BODY_SCHEMAS, type ManagementTask, type WebhookInput, type WebhookTest } from './routes';

/** One request to the management API, authenticated. */
export interface ManagementRequest {
	task: ManagementTask;
	/** Absent for the list. */
	webhookId?: string;
	query: Record<string, unknown>;
	body: unknown;
}

/** What the workflow's owner allows subscribers. */
export interface ManagementRules {
	profile: Platform;
	allowHttp: boolean;
	allowInternal: boolean;
}

export interface ManagementReply {
	statusCode: number;
	body: object;
}

/** A request that cannot be answered as it wants to. */
class RequestError extends Error {
	override readonly name = 'RequestError';

	constructor(readonly reply: ManagementReply) {
		super('The request cannot be answered as it wants to.');
	}
}

const invalid = (
	message: string,
	field: string,
	expected: string,
	received: string,
): RequestError =>
	new RequestError({
		statusCode: 422,
		body: errorReply('INVALID_INPUT', message, { field, expected, received }),
	});

type ErrorClass = new (...args: never[]) => Error;

/** What the core throws where it refuses a field, and what the field should have been. */
const FIELDS = {
	url: { errors: [InvalidEndpointUrlError] as ErrorClass[], expected: 'a public https:// URL' },
	conditions: {
		errors: [InvalidConditionsError, InvalidPathError] as ErrorClass[],
		expected: 'conditions such as {"satisfaction_score": {"lt": 3}}',
	},
	filters: { errors: [InvalidPathError] as ErrorClass[], expected: 'dotted paths' },
};

/**
 * Does what a field is needed for.
 * @param given what the caller says of the field: of what stands in the tables, a fault is the outbox's
 * @throws RequestError where the field is at fault
 */
function using<T>(field: keyof typeof FIELDS, given: unknown, work: () => T): T {
	const { errors, expected } = FIELDS[field];
	let fault: unknown;
	try {
		return work();
	} catch (error) {
		fault = error;
	}
	if (given === undefined || !errors.some((known) => fault instanceof known)) throw fault;
	const message = fault instanceof InvalidEndpointUrlError ? fault.fault : (fault as Error).message;
	throw invalid(message, field, expected, 'a value that cannot be used');
}

/** @returns the reply to an error of the caller's making; `undefined` for any other */
function replyTo(error: unknown): ManagementReply | undefined {
	if (error instanceof RequestError) return error.reply;
	return error instanceof EndpointNotFoundError
		? { statusCode: 404, body: errorReply('NOT_FOUND', 'There is no such webhook') }
		: undefined;
}

/** A time as the page writes it. */
const seconds = (time: string | null): string | null => time && time.replace(/\.\d+Z$/, 'Z');

const counts = ({
	total_deliveries,
	successful_deliveries,
	failed_deliveries,
}: DeliveryStats): object => ({ total_deliveries, successful_deliveries, failed_deliveries });

/** What callers can set of a group of settings: what is beside it is the owner's alone. */
const shownOf = <T extends object, K extends keyof T & string>(
	name: string,
	group: T | undefined,
	fields: K[],
): object => {
	const shown = omitBy(pick(group, fields), isUndefined);
	return Object.keys(shown).length === 0 ? {} : { [name]: shown };
};

const BATCH_FIELDS = ['max_events' as const, 'max_wait_seconds' as const];
const RETRY_FIELDS = ['max_retries' as const, 'backoff_multiplier' as const];

/**
 * A webhook as the page's "List Webhooks" shows it, with its settings, and without any secret. All of it
 * can be written back.
 */
function webhookOf(endpoint: Endpoint, stats: DeliveryStats): Record<string, unknown> {
	const { batch_settings, conditions, filters, retry_policy } = endpoint.settings;
	const { authentication = 'none', user } = endpoint.secrets.authentication;
	return {
		id: endpoint.id,
		name: endpoint.name,
		...(endpoint.description !== '' && { description: endpoint.description }),
		url: endpoint.url,
		events: endpoint.eventTypes.length === 0 ? ['*'] : endpoint.eventTypes,
		status: endpoint.status,
		...(endpoint.statusReason !== null && { status_reason: endpoint.statusReason }),
		created_at: seconds(endpoint.registeredAt),
		last_delivery: seconds(stats.last_delivery),
		delivery_stats: counts(stats),
		authentication: { type: authentication, ...(user !== undefined && { username: user }) },
		...(conditions && { conditions }),
		...(filters && { filters }),
		...shownOf('batch_settings', batch_settings, BATCH_FIELDS),
		...shownOf('retry_policy', retry_policy, RETRY_FIELDS),
	};
}

/** The page's words for how a delivery stands, and two more for what has not ended. */
const LOG_STATUS: Record<DeliveryRow['status'], string> = {
	delivered: 'success',
	failed: 'failed',
	gathering: 'pending',
	pending: 'pending',
	sending: 'pending',
	held: 'held',
};

/** A delivery as the page's "Webhook Logs" shows it. */
const logOf = (row: DeliveryRow): object => ({
	id: row.delivery_id,
	timestamp: seconds(row.last_attempt_at ?? row.accepted_at),
	event: row.event_type,
	status: LOG_STATUS[row.status],
	response_code: row.response_code,
	response_time_ms: row.response_time_ms,
	attempts: row.attempts,
	payload_size: row.payload_size,
	...(row.error !== null && { error_message: row.error }),
});

const DEFAULT_LIMIT = 50;
const MAX_LIMIT = 100;

/** How many a page has; the page of the platform names no paging. */
function limitOf({ limit = String(DEFAULT_LIMIT) }: Record<string, unknown>): number {
	const wanted = typeof limit === 'string' && /^\d{1,3}$/.test(limit) ? Number(limit) : 0;
	if (wanted >= 1 && wanted <= MAX_LIMIT) return wanted;
	throw invalid(
		`Parameter 'limit' must be a number from 1 to ${MAX_LIMIT}`,
		'limit',
		`a number from 1 to ${MAX_LIMIT}`,
		typeof limit === 'string' && limit !== '' ? limit.slice(0, 100) : typeName(limit),
	);
}

/**
 * What a page begins behind; `undefined` for the first.
 * @param form that {@link cursorOf} was given
 */
function positionOf({ cursor = '' }: Record<string, unknown>, form: RegExp): string | undefined {
	if (cursor === '') return undefined;
	const position =
		typeof cursor === 'string' ? Buffer.from(cursor, 'base64url').toString('utf8') : '';
	if (form.test(position)) return position;
	throw invalid(
		"Parameter 'cursor' is not one that a page came with",
		'cursor',
		'the next_cursor of a page',
		'another text',
	);
}

/** @param last what the next page begins behind; absent where there is none */
const cursorOf = (last: string | undefined): { next_cursor: string | null } => ({
	next_cursor: last === undefined ? null : Buffer.from(last, 'utf8').toString('base64url'),
});

/** Where a webhook stands in the list: behind those that were registered before it. */
const placeOf = ({ id, registeredAt }: Endpoint): string => `${registeredAt} ${id}`;
const PLACE = /^\d{4}-\d\d-\d\dT\S+ \S+$/;
const ROW_ID = /^[1-9]\d{0,14}$/;

const AUTHENTICATION_FIELDS = ['authentication', 'token', 'user', 'password'];

/** The outbound credential's words for a webhook's authentication. */
function authenticationOf(
	wanted: NonNullable<WebhookInput['authentication']>,
	before: Record<string, unknown>,
): Record<string, unknown> {
	const known = before.authentication === wanted.type ? before : {};
	const secret = (field: string, value: string | undefined, kept: unknown): unknown => {
		if (value ?? kept) return value ?? kept;
		throw invalid(
			`Required field 'authentication.${field}' is missing`,
			`authentication.${field}`,
			'string',
			'null',
		);
	};
	switch (wanted.type) {
		case 'bearer':
		case 'urlToken':
			return { authentication: wanted.type, token: secret('token', wanted.token, known.token) };
		case 'basic':
			return {
				authentication: 'basic',
				user: secret('username', wanted.username, known.user),
				password: secret('password', wanted.password, known.password),
			};
		default:
			return { authentication: 'none' };
	}
}

/**
 * What is given of the settings.
 * @param before what the webhook has: what is its owner's alone stays
 * @throws RequestError
 */
function settingsOf(
	{ batch_settings, conditions, filters, retry_policy }: WebhookInput,
	before: Endpoint['settings'],
): Record<string, unknown> {
	using('conditions', conditions, () => compileConditions(conditions ?? {}));
	using('filters', filters, () => compileFieldFilters(filters ?? {}));
	const given = {
		conditions,
		filters,
		batch_settings: batch_settings && { ...before.batch_settings, ...batch_settings },
		retry_policy:
			retry_policy === null
				? { max_retries: undefined, backoff_multiplier: undefined }
				: retry_policy,
	};
	return omitBy(given, isUndefined);
}

/** @throws RequestError */
function inputOf(
	body: WebhookInput,
	{ allowHttp, allowInternal }: ManagementRules,
	before?: Endpoint,
): EndpointInput {
	const { authentication, description, events, name } = body;
	const known = before?.secrets.authentication ?? {};
	// As it was shown, without its query: it stays, and its query with it.
	const url = body.url === before?.url ? undefined : body.url;
	return {
		name,
		description,
		eventTypes: events,
		url,
		settings: {
			...settingsOf(body, before?.settings ?? {}),
			// What was allowed before, or to the endpoint's owner, is not allowed for another URL.
			...(url !== undefined && {
				allow_http: allowHttp || null,
				allow_internal: allowInternal || null,
			}),
		},
		// A signature scheme stands beside the authentication, and stays.
		authentication: authentication && {
			...omit(known, AUTHENTICATION_FIELDS),
			...authenticationOf(authentication, known),
		},
	};
}

const REASON = 'Disabled through the management API';

class ManagementAnswers {
	constructor(
		private readonly ports: OutboxPorts,
		private readonly rules: ManagementRules,
		private readonly api: ManagementApi,
		private readonly request: ManagementRequest,
	) {}

	private isServed = ({ platform: profile }: Endpoint): boolean =>
		profile.id === this.rules.profile.id;

	/** @throws EndpointNotFoundError, also for an endpoint of another platform */
	private async endpoint(): Promise<Endpoint> {
		const id = this.request.webhookId ?? '';
		const endpoint = await loadEndpoint(this.ports, id);
		if (!this.isServed(endpoint)) throw new EndpointNotFoundError(id);
		return endpoint;
	}

	private async stats({ id }: Endpoint): Promise<ReturnType<typeof computeStats>> {
		return computeStats(await findDeliveries(this.ports.tables, { endpointId: id }));
	}

	private async shown(endpoint: Endpoint): Promise<Record<string, unknown>> {
		return webhookOf(endpoint, await this.stats(endpoint));
	}

	async list(): Promise<ManagementReply> {
		const { query } = this.request;
		const [limit, after] = [limitOf(query), positionOf(query, PLACE)];
		const endpoints = (await loadEndpoints(this.ports)).filter(this.isServed);
		const rest = endpoints
			.filter((endpoint) => after === undefined || placeOf(endpoint) > after)
			.sort((a, b) => (placeOf(a) < placeOf(b) ? -1 : 1));
		const page = rest.slice(0, limit);
		const { by_endpoint } = computeStats(
			page.length === 0 ? [] : await findDeliveries(this.ports.tables, {}),
		);
		const byId = new Map(by_endpoint.map((stats) => [stats.endpoint_id, stats]));
		const none = computeStats([]);
		return {
			statusCode: 200,
			body: {
				[this.api.webhooksField]: page.map((endpoint) =>
					webhookOf(endpoint, byId.get(endpoint.id) ?? none),
				),
				...cursorOf(rest.length > limit ? placeOf(page[page.length - 1]) : undefined),
			},
		};
	}

	async create(): Promise<ManagementReply> {
		const body = this.request.body as WebhookInput;
		const input = { ...inputOf(body, this.rules), platform: this.rules.profile.id };
		const made = using('url', input.url, () =>
			createEndpoint(input, `wh_${this.ports.newId()}`, this.ports.nowMs()),
		);
		const endpoint = setEndpointStatus(made, body.status ?? 'active', REASON, this.ports.nowMs());
		await insertEndpoint(this.ports, endpoint);
		return {
			statusCode: 201,
			body: {
				...webhookOf(endpoint, computeStats([])),
				signing_secret: endpoint.secrets.signing[0]?.secret ?? null,
			},
		};
	}

	async get(): Promise<ManagementReply> {
		return { statusCode: 200, body: await this.shown(await this.endpoint()) };
	}

	async update(): Promise<ManagementReply> {
		const body = this.request.body as WebhookInput;
		const endpoint = await modifyEndpoint(this.ports, await this.endpoint(), (fresh) => {
			const input = inputOf(body, this.rules, fresh);
			const nowMs = this.ports.nowMs();
			const changed = using('url', input.url, () => updateEndpoint(fresh, input, nowMs));
			return setEndpointStatus(changed, body.status ?? fresh.status, REASON, nowMs);
		});
		return { statusCode: 200, body: await this.shown(endpoint) };
	}

	async delete(): Promise<ManagementReply> {
		const { id } = await this.endpoint();
		await deleteEndpoint(this.ports, id);
		return {
			statusCode: 200,
			body: { success: true, message: 'Webhook deleted successfully', id },
		};
	}

	async test(): Promise<ManagementReply> {
		const { event, test_data = {} } = this.request.body as WebhookTest;
		const endpoint = await this.endpoint();
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
		const [limit, before] = [limitOf(query), positionOf(query, ROW_ID)];
		const { id } = await this.endpoint();
		const rows = await findDeliveries(
			this.ports.tables,
			{ endpointId: id, beforeRow: before === undefined ? undefined : Number(before) },
			limit + 1,
		);
		const page = rows.slice(0, limit);
		return {
			statusCode: 200,
			body: {
				[this.api.logsField]: page.map(logOf),
				...cursorOf(rows.length > limit ? String(page[page.length - 1].id) : undefined),
			},
		};
	}

	async getStats(): Promise<ManagementReply> {
		const endpoint = await this.endpoint();
		const { by_day, ...stats } = omit(await this.stats(endpoint), 'by_endpoint');
		const inSeconds = <T extends DeliveryStats>(some: T): T => ({
			...some,
			last_delivery: seconds(some.last_delivery),
		});
		return {
			statusCode: 200,
			body: { webhook_id: endpoint.id, ...inSeconds(stats), by_day: by_day.map(inSeconds) },
		};
	}
}

/**
 * Answers a request to AgenticFlow's management API (spec/agenticflow.txt, "Webhook Management API")
 * from the outbox: its endpoints of that platform are the webhooks. No secret is in an answer but a new
 * webhook's signing secret, once.
 * @returns also the refusals of bad input, in the page's format; rejects for faults of the outbox
 */
export async function handleManagementRequest(
	ports: OutboxPorts,
	rules: ManagementRules,
	request: ManagementRequest,
): Promise<ManagementReply> {
	const { management } = rules.profile;
	if (management === undefined) {
		throw new InvalidEndpointError(`${rules.profile.name} has no API for its webhooks.`);
	}
	const schema = BODY_SCHEMAS[request.task];
	const validation = schema && validate(schema, request.body);
	if (validation?.valid === false) {
		const { details, message } = validation;
		return { statusCode: 422, body: errorReply('INVALID_INPUT', message, details) };
	}
	const body: unknown = schema === undefined ? undefined : schema.parse(request.body);
	const answers = new ManagementAnswers(ports, rules, management, { ...request, body });
	const [answered] = await Promise.allSettled([answers[request.task]()]);
	if (answered.status === 'fulfilled') return answered.value;
	const reply = replyTo(answered.reason);
	if (reply === undefined) throw answered.reason;
	return reply;
}
