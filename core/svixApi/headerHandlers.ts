import { findCustomHeaderFault } from '../http/customHeaders';
import { returnError } from '../lib/returnError';
import { computeBodyDigest, ReusedKeyError } from '../managementApi/idempotency';
import { listRotations, recordRotation } from '../outbox/endpoint/endpointSecrets';
import { rotateEndpointSecret, updateEndpoint } from '../outbox/endpoint/lifecycle';
import { modifyEndpoint } from '../outbox/endpoint/repository';
import type { Endpoint } from '../outbox/model';
import { InvalidSecretError } from '../signing/secrets';

import { computeRequestKey, type ApplicationCall, type Handler } from './apiContext';
import { loadReadableEndpoint, mayReadSecrets, SVIX_SCOPE } from './apiEndpoint';
import { invalidField, notFound, parsePart, ValidationError } from './svixErrors';
import { endpointHeadersIn, endpointHeadersPatchIn, endpointSecretRotateIn } from './svixSchemas';

/** The headers that every request has by itself. */
const RESERVED = /^(?:(?:svix|webhook)-.*|content-type|user-agent)$/i;

/** More than most servers accept. */
const MAX_HEADERS_BYTES = 16_384;

/** @throws ValidationError for headers that are too large together */
function requireSmall(headers: Record<string, string>): void {
	if (Buffer.byteLength(JSON.stringify(headers), 'utf8') <= MAX_HEADERS_BYTES) return;
	throw invalidField(
		['body', 'headers'],
		`must have at most ${MAX_HEADERS_BYTES} bytes together, with those that the endpoint has`,
	);
}

/** @throws ValidationError for headers that cannot be sent */
export function checkHeaders(headers: Record<string, string>): void {
	const items = Object.entries(headers).flatMap(([name, value]) => {
		const fault = RESERVED.test(name)
			? 'is set by the server itself'
			: findCustomHeaderFault(name, value);
		return fault === undefined
			? []
			: [{ loc: ['body', 'headers', name.slice(0, 100)], msg: fault, type: 'value_error' }];
	});
	if (items.length > 0) throw new ValidationError(items);
	requireSmall(headers);
}

/** Changes headers; `null` removes one. */
async function changeHeaders(
	call: ApplicationCall,
	toChanges: (endpoint: Endpoint) => Record<string, string | null>,
): Promise<void> {
	const { ports } = call;
	const endpoint = await loadReadableEndpoint(call);
	const change = (latest: Endpoint): Endpoint => {
		const changed = updateEndpoint(latest, { headers: toChanges(latest) }, ports.nowMs());
		requireSmall(changed.secrets.headers);
		return changed;
	};
	await modifyEndpoint(ports, endpoint, change, SVIX_SCOPE);
}

const toNulls = (names: string[]): Record<string, null> =>
	Object.fromEntries(names.map((name) => [name, null]));

/** Gives a secret the prefix that Standard Webhooks writes before it. */
export const toSigningSecret = (secret: string | null | undefined): string | undefined =>
	secret ? `whsec_${secret.replace(/^whsec_/, '')}` : undefined;

const DEFAULT_GRACE_SECONDS = 86_400;

/**
 * Replaces the signing secret, unless the same request did so before.
 * @throws ReusedKeyError if that one had another body, ValidationError for a secret that is none
 */
async function rotateSecret(call: ApplicationCall): Promise<void> {
	const { ports, request } = call;
	const body = parsePart('body', endpointSecretRotateIn, request.body);
	const { gracePeriodSeconds, key } = body;
	const requestKey = computeRequestKey(call);
	const digest = computeBodyDigest(body);
	const overlapSeconds = gracePeriodSeconds ?? DEFAULT_GRACE_SECONDS;
	const endpoint = await loadReadableEndpoint(call);
	if (endpoint.secrets.signing.length === 0) {
		throw invalidField(['path', 'endpoint_id'], 'has no signing secret');
	}
	const change = (latest: Endpoint): Endpoint | undefined => {
		const earlier = listRotations(latest.secrets).find((rotation) => rotation.key === requestKey);
		if (earlier?.digest === digest) return undefined;
		if (earlier !== undefined) {
			throw new ReusedKeyError(
				'This Idempotency-Key was used for another secret. Send the same body again, or use a new key.',
			);
		}
		const rotated = returnError(InvalidSecretError, () =>
			rotateEndpointSecret(latest, toSigningSecret(key), overlapSeconds, ports.nowMs()),
		);
		if (rotated instanceof InvalidSecretError) throw invalidField(['body', 'key'], rotated.message);
		if (requestKey === undefined) return rotated;
		const recorded = recordRotation(rotated.secrets, { key: requestKey, digest });
		return { ...rotated, secrets: { ...rotated.secrets, ...recorded } };
	};
	await modifyEndpoint(ports, endpoint, change, SVIX_SCOPE);
}

/** The operations on the headers and the secret of an endpoint. */
export const HEADER_HANDLERS = {
	'v1.endpoint.get-headers': async (call) => {
		const { secrets } = await loadReadableEndpoint(call);
		const body = mayReadSecrets(call)
			? { headers: secrets.headers, sensitive: [] }
			: { headers: {}, sensitive: Object.keys(secrets.headers) };
		return { statusCode: 200, body };
	},
	'v1.endpoint.update-headers': async (call) => {
		const { headers } = parsePart('body', endpointHeadersIn, call.request.body);
		checkHeaders(headers);
		await changeHeaders(call, ({ secrets }) => ({
			...toNulls(Object.keys(secrets.headers)),
			...headers,
		}));
		return { statusCode: 204 };
	},
	'v1.endpoint.patch-headers': async (call) => {
		const body = parsePart('body', endpointHeadersPatchIn, call.request.body);
		const set = Object.entries(body.headers).filter(
			(entry): entry is [string, string] => entry[1] !== null,
		);
		checkHeaders(Object.fromEntries(set));
		await changeHeaders(call, () => ({ ...body.headers, ...toNulls(body.deleteHeaders ?? []) }));
		return { statusCode: 204 };
	},
	'v1.endpoint.get-secret': async (call) => {
		const [current] = (await loadReadableEndpoint(call)).secrets.signing;
		if (current === undefined) throw notFound('Secret');
		return { statusCode: 200, body: { key: current.secret } };
	},
	'v1.endpoint.rotate-secret': async (call) => {
		await rotateSecret(call);
		return { statusCode: 204 };
	},
} satisfies Record<string, Handler<ApplicationCall>>;
