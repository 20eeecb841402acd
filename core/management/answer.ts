import omit from 'lodash/omit';

import { InvalidConditionsError } from '../conditions/conditions';
import { InvalidEndpointUrlError } from '../network/endpointUrl';
import {
	changedEndpoint,
	InvalidEndpointError,
	newEndpoint,
	switchedEndpoint,
	type Endpoint,
	type EndpointInput,
} from '../outbox/endpoint';
import {
	changeEndpoint,
	EndpointNotFoundError,
	insertEndpoint,
	loadEndpoint,
	loadEndpoints,
	removeEndpoint,
} from '../outbox/endpoints';
import { findDeliveries, statsOf, type DeliveryStats } from '../outbox/log';
import type { OutboxPorts } from '../outbox/ports';
import type { DeliveryRow } from '../outbox/tables';
import { sendTestEvent } from '../outbox/testEvent';
import { InvalidPathError } from '../paths/paths';
import type { ManagementApi, PlatformProfile } from '../profiles';
import { errorReply } from '../replies/replies';
import { validate } from '../validation/validate';

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
	profile: PlatformProfile;
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

/** Which field of a body is at fault when the core refuses it, and what it should have been. */
const FAULTS: Array<{
	error: new (...args: never[]) => Error;
	field: string;
	expected: string;
}> = [
	{ error: InvalidEndpointUrlError, field: 'url', expected: 'a public https:// URL' },
	{
		error: InvalidConditionsError,
		field: 'conditions',
		expected: 'conditions such as {"satisfaction_score": {"lt": 3}}',
	},
	{ error: InvalidPathError, field: 'filters', expected: 'dotted paths' },
	{ error: InvalidEndpointError, field: 'body', expected: 'a webhook that events can be sent to' },
];

/** @returns the reply to an error of the caller's making; `undefined` for any other */
function replyTo(error: unknown): ManagementReply | undefined {
	if (error instanceof RequestError) return error.reply;
	if (error instanceof EndpointNotFoundError) {
		return { statusCode: 404, body: errorReply('NOT_FOUND', 'There is no such webhook') };
	}
	const fault = FAULTS.find((known) => error instanceof known.error);
	if (fault === undefined || !(error instanceof Error)) return undefined;
	const message = error instanceof InvalidEndpointUrlError ? error.fault : error.message;
	return invalid(message, fault.field, fault.expected, 'a value that cannot be used').reply;
}

/** A time as the page writes it. */
const seconds = (time: string | null): string | null => time && time.replace(/\.\d+Z$/, 'Z');

const counts = ({
	total_deliveries,
	successful_deliveries,
	failed_deliveries,
}: DeliveryStats): object => ({ total_deliveries, successful_deliveries, failed_deliveries });

/** A webhook as the page's "List Webhooks" shows it, with its settings, and without any secret. */
function webhookOf(endpoint: Endpoint, stats: DeliveryStats): Record<string, unknown> {
	const { batch_settings, conditions, filters, retry_policy } = endpoint.settings;
	const { authentication = 'none', user } = endpoint.secrets.authentication;
	return {
		id: endpoint.id,
		name: endpoint.name,
		...(endpoint.description !== '' && { description: endpoint.description }),
		url: endpoint.url,
		events: endpoint.eventTypes,
		status: endpoint.status,
		...(endpoint.statusReason !== null && { status_reason: endpoint.statusReason }),
		created_at: seconds(endpoint.registeredAt),
		last_delivery: seconds(stats.last_delivery),
		delivery_stats: counts(stats),
		authentication: { type: authentication, ...(user !== undefined && { username: user }) },
		...(conditions && { conditions }),
		...(filters && { filters }),
		...(batch_settings && { batch_settings }),
		...(retry_policy && { retry_policy }),
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

/** How many a page has, and behind which it begins; the page of the platform names no paging. */
function pageOf(query: Record<string, unknown>): { limit: number; after: string | undefined } {
	const { cursor, limit = DEFAULT_LIMIT } = query;
	const wanted = Number(limit);
	if (!Number.isInteger(wanted) || wanted < 1 || wanted > MAX_LIMIT) {
		throw invalid(
			`Parameter 'limit' must be a number from 1 to ${MAX_LIMIT}`,
			'limit',
			`a number from 1 to ${MAX_LIMIT}`,
			String(limit).slice(0, 100),
		);
	}
	if (cursor === undefined || cursor === '') return { limit: wanted, after: undefined };
	return { limit: wanted, after: Buffer.from(String(cursor), 'base64url').toString('utf8') };
}

/** @param last what the next page begins behind; absent where there is none */
const cursorOf = (last: string | undefined): { next_cursor: string | null } => ({
	next_cursor: last === undefined ? null : Buffer.from(last, 'utf8').toString('base64url'),
});

const badCursor = (): RequestError =>
	invalid(
		"Parameter 'cursor' is not one that a page came with",
		'cursor',
		'the next_cursor of a page',
		'another text',
	);

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
			return { authentication: 'bearer', token: secret('token', wanted.token, known.token) };
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

function inputOf(body: WebhookInput, before: Record<string, unknown>): EndpointInput {
	const { authentication, description, events, name, url } = body;
	const { batch_settings, conditions, filters, retry_policy } = body;
	const given = Object.entries({ batch_settings, conditions, filters, retry_policy });
	return {
		name,
		url,
		description,
		eventTypes: events,
		settings: Object.fromEntries(given.filter(([, value]) => value !== undefined)),
		authentication: authentication && authenticationOf(authentication, before),
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

	private isServed = ({ profile }: Endpoint): boolean => profile.id === this.rules.profile.id;

	/** @throws EndpointNotFoundError, also for an endpoint of another platform */
	private async endpoint(): Promise<Endpoint> {
		const id = this.request.webhookId ?? '';
		const endpoint = await loadEndpoint(this.ports, id);
		if (!this.isServed(endpoint)) throw new EndpointNotFoundError(id);
		return endpoint;
	}

	private async stats({ id }: Endpoint): Promise<ReturnType<typeof statsOf>> {
		return statsOf(await findDeliveries(this.ports.tables, { endpointId: id }));
	}

	private async shown(endpoint: Endpoint): Promise<Record<string, unknown>> {
		return webhookOf(endpoint, await this.stats(endpoint));
	}

	async list(): Promise<ManagementReply> {
		const { after, limit } = pageOf(this.request.query);
		const endpoints = (await loadEndpoints(this.ports)).filter(this.isServed);
		const key = ({ id, registeredAt }: Endpoint): string => `${registeredAt} ${id}`;
		const rest = endpoints
			.filter((endpoint) => after === undefined || key(endpoint) > after)
			.sort((a, b) => (key(a) < key(b) ? -1 : 1));
		const page = rest.slice(0, limit);
		const { by_endpoint } = statsOf(
			page.length === 0 ? [] : await findDeliveries(this.ports.tables, {}),
		);
		const byId = new Map(by_endpoint.map((stats) => [stats.endpoint_id, stats]));
		const none = statsOf([]);
		return {
			statusCode: 200,
			body: {
				[this.api.webhooksField]: page.map((endpoint) =>
					webhookOf(endpoint, byId.get(endpoint.id) ?? none),
				),
				...cursorOf(rest.length > limit ? key(page[page.length - 1]) : undefined),
			},
		};
	}

	async create(): Promise<ManagementReply> {
		const body = this.request.body as WebhookInput;
		const { allowHttp, allowInternal, profile } = this.rules;
		const input = inputOf(body, {});
		const made = newEndpoint(
			{
				...input,
				platform: profile.id,
				settings: {
					...input.settings,
					...(allowHttp && { allow_http: true }),
					...(allowInternal && { allow_internal: true }),
				},
			},
			`wh_${this.ports.newId()}`,
			this.ports.nowMs(),
		);
		const endpoint = switchedEndpoint(made, body.status ?? 'active', REASON, this.ports.nowMs());
		await insertEndpoint(this.ports, endpoint);
		return {
			statusCode: 201,
			body: {
				...webhookOf(endpoint, statsOf([])),
				signing_secret: endpoint.secrets.signing[0]?.secret ?? null,
			},
		};
	}

	async get(): Promise<ManagementReply> {
		return { statusCode: 200, body: await this.shown(await this.endpoint()) };
	}

	async update(): Promise<ManagementReply> {
		const body = this.request.body as WebhookInput;
		const endpoint = await changeEndpoint(this.ports, await this.endpoint(), (fresh) => {
			const before = fresh.secrets.authentication;
			const input = inputOf(body, before);
			const changed = changedEndpoint(
				fresh,
				{
					...input,
					// As it was shown, without its query: it stays, and its query with it.
					url: input.url === fresh.url ? undefined : input.url,
					// A signature scheme stands beside the authentication, and stays.
					authentication: input.authentication && { ...before, ...input.authentication },
				},
				this.ports.nowMs(),
			);
			return switchedEndpoint(changed, body.status ?? fresh.status, REASON, this.ports.nowMs());
		});
		return { statusCode: 200, body: await this.shown(endpoint) };
	}

	async delete(): Promise<ManagementReply> {
		const { id } = await this.endpoint();
		await removeEndpoint(this.ports, id);
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
		const { after, limit } = pageOf(this.request.query);
		const beforeRow = after === undefined ? undefined : Number(after);
		if (beforeRow !== undefined && !Number.isSafeInteger(beforeRow)) throw badCursor();
		const { id } = await this.endpoint();
		const query = { endpointId: id, beforeRow };
		const rows = await findDeliveries(this.ports.tables, query, limit + 1);
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
		const stats = omit(await this.stats(endpoint), 'by_endpoint');
		return { statusCode: 200, body: { webhook_id: endpoint.id, ...stats } };
	}
}

/**
 * Answers a request to AgenticFlow's management API (spec/agenticflow.txt, "Webhook Management API")
 * from the outbox: its endpoints of that platform are the webhooks. No secret is in an answer but a new
 * webhook's signing secret, once.
 * @returns also the refusals of bad input, in the page's format; rejects for faults of the outbox
 */
export async function answerManagement(
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
