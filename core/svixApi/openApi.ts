import { z, type ZodTypeAny } from 'zod';

import { describeWebhooks, WEBHOOKS_TAG, type PublicEventType } from './publicEventTypes';
import { ERROR_SCHEMAS, REPLY_SCHEMAS, type ReplyName } from './replySchemas';
import { QUERY_SCHEMAS } from './svixQuery';
import type { Operation } from './svixOperation';
import { getOperation, OPERATION_IDS, type OperationId } from './svixRoutes';
import { BODY_SCHEMAS } from './svixSchemas';
import { toOpenApi, type OpenApiSchema } from './zodToOpenApi';

/** Describes the API in OpenAPI 3.1, from the schemas that requests are checked by. */

const VERSION = '1.0.0';

const referTo = (name: string): OpenApiSchema => ({ $ref: `#/components/schemas/${name}` });

const jsonContent = (name: string) => ({ 'application/json': { schema: referTo(name) } });

const REASONS: Record<number, string> = {
	200: 'OK',
	201: 'Created',
	202: 'Accepted',
	204: 'No Content',
	401: 'Unauthorized',
	403: 'Forbidden',
	404: 'Not Found',
	409: 'Conflict',
	413: 'Payload Too Large',
	422: 'Validation Error',
	429: 'Too Many Requests',
};

/** The errors that any operation with a key may answer. */
const ERRORS = [401, 403, 404, 409, 413, 429];

function describeReplies({ isPublic, replies }: Operation): Record<string, unknown> {
	const successes = Object.entries(replies).map(([status, name]) => [
		status,
		{
			description: REASONS[Number(status)],
			...(name !== null && { content: jsonContent(name) }),
		},
	]);
	const errors = isPublic
		? []
		: [
				...ERRORS.map((status) => [
					status,
					{ description: REASONS[status], content: jsonContent('HttpErrorOut') },
				]),
				[422, { description: REASONS[422], content: jsonContent('HTTPValidationError') }],
			];
	return Object.fromEntries([...successes, ...errors]) as Record<string, unknown>;
}

function describeParameters({ method, path, query }: Operation): object[] {
	const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
	const { shape } = QUERY_SCHEMAS[query];
	const parameters = Object.entries<ZodTypeAny>(shape);
	return [
		...names.map((name) => ({ name, in: 'path', required: true, schema: { type: 'string' } })),
		...parameters.map(([name, schema]) => ({
			name,
			in: 'query',
			required: false,
			schema: toOpenApi(schema),
		})),
		...(method === 'POST'
			? [
					{
						name: 'idempotency-key',
						in: 'header',
						required: false,
						schema: { type: 'string', maxLength: 255 },
					},
				]
			: []),
	];
}

/** Names the group of an operation: the second part of its ID, e.g. `Message attempt`. */
function nameTag(id: OperationId): string {
	const [, group] = id.split('.');
	const words = group.replaceAll('-', ' ');
	return words === 'openapi' ? 'Health' : words[0].toUpperCase() + words.slice(1);
}

function describeOperation(id: OperationId): object {
	const operation = getOperation(id);
	const { body, isForAll, isPublic, right, summary } = operation;
	const parameters = describeParameters(operation);
	const needs = [
		...(right === null ? [] : [`a key with the right "${right}"`]),
		...(isForAll ? ['a key for all tenants'] : []),
	];
	return {
		operationId: id,
		tags: [nameTag(id)],
		summary,
		...(needs.length > 0 && { description: `Needs ${needs.join(', and ')}.` }),
		...(isPublic && { security: [] }),
		...(parameters.length > 0 && { parameters }),
		...(body !== undefined && {
			requestBody: { required: true, content: jsonContent(body) },
		}),
		responses: describeReplies(operation),
	};
}

const describeSchemas = (schemas: Record<string, ZodTypeAny>): Array<[string, OpenApiSchema]> =>
	Object.entries(schemas).map(([name, schema]) => [name, toOpenApi(schema)]);

const isListed = ([name]: [string, unknown]): boolean => name !== ('OpenApi' satisfies ReplyName);

/**
 * Builds the OpenAPI document of the API.
 * @param serverUrl what precedes `/api/v1`, e.g. `https://n8n.example.com/webhook/agent-webhooks/api`
 * @param eventTypes the event types that it describes as webhooks
 */
export function buildOpenApi(serverUrl: string, eventTypes: PublicEventType[] = []): object {
	const paths: Record<string, Record<string, object>> = {};
	for (const id of OPERATION_IDS) {
		const { method, path } = getOperation(id);
		const url = `/api/v1/${path}`;
		paths[url] = { ...paths[url], [method.toLowerCase()]: describeOperation(id) };
	}
	const components = Object.fromEntries(
		[
			...describeSchemas(BODY_SCHEMAS),
			...describeSchemas(REPLY_SCHEMAS).filter(isListed),
			...describeSchemas(ERROR_SCHEMAS),
			['OpenApi', toOpenApi(z.object({}).passthrough())] as [string, OpenApiSchema],
		].sort(([a], [b]) => a.localeCompare(b)),
	);
	return {
		openapi: '3.1.0',
		info: {
			title: 'Webhooks',
			version: VERSION,
			description:
				'The API of Svix’s open source server, served by n8n. Svix’s client libraries work with it.',
		},
		servers: [{ url: serverUrl }],
		tags: [
			...new Set([...OPERATION_IDS.map(nameTag), ...(eventTypes.length > 0 ? [WEBHOOKS_TAG] : [])]),
		].map((name) => ({ name })),
		security: [{ key: [] }],
		paths,
		...(eventTypes.length > 0 && { webhooks: describeWebhooks(eventTypes) }),
		components: {
			securitySchemes: { key: { type: 'http', scheme: 'bearer' } },
			schemas: components,
		},
	};
}
