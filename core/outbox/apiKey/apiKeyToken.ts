import { createHmac, hkdfSync, timingSafeEqual } from 'crypto';
import { z } from 'zod';

import { parseJson } from '../../lib/json';

import { MAX_FILTER_NAMES, type KeyFilter } from './keyFilter';

/**
 * API keys carry what they allow, with an HMAC, so that the trigger can check a key without reading a table.
 * The tenant's row says whether a key was withdrawn: see `keyStanding.ts`.
 */

/**
 * The rights of a key. `secrets`: to read signing secrets and the values of headers. `replay`: to resend and recover,
 * which `manage` allows too.
 */
export const KEY_RIGHTS = ['read', 'manage', 'replay', 'send', 'secrets'] as const;

export type KeyRight = (typeof KEY_RIGHTS)[number];

/** The facts that a key carries. */
export interface ApiKeyFacts {
	/** Public: it names the key in logs and withdraws it. */
	id: string;
	/** The only tenant that it is for; `null` for all tenants. */
	tenantId: string | null;
	rights: KeyRight[];
	/** ms since 1970. */
	issuedAtMs: number;
	/** ms since 1970; `null` if it is valid until it is withdrawn. */
	expiresAtMs: number | null;
	/** The tenant's `keyEpoch` when it was issued. */
	epoch: number;
	/** `true` if it was made for a subscriber's portal, which may log out. */
	isPortal: boolean;
	/** Absent for a key to all events of its tenant. */
	filter?: KeyFilter;
}

/** A key that cannot be created or withdrawn. The message says why, and what to do. */
export class InvalidApiKeyError extends Error {
	override readonly name = 'InvalidApiKeyError';
}

/** Why a key is rejected. A key of another outbox or encryption key is `invalid`. */
export type KeyFault = 'expired' | 'invalid' | 'malformed';

export type KeyVerification = { facts: ApiKeyFacts } | { fault: KeyFault };

const PREFIX = 'agw_';

/** A key is sent in a header, and a link has it in its URL. */
const MAX_KEY_LENGTH = 4096;

/** The HMAC's last character carries four bits, so that only sixteen characters are possible: each key has one spelling. */
const TOKEN = new RegExp(`^${PREFIX}([A-Za-z0-9_-]+)\\.([A-Za-z0-9_-]{42}[AEIMQUYcgkosw048])$`);

const fields = [
	z.string().min(1),
	z.string().nullable(),
	z.array(z.enum(KEY_RIGHTS)),
	z.number(),
	z.number().nullable(),
	z.number(),
	z.boolean(),
] as const;

const names = z.array(z.string()).max(MAX_FILTER_NAMES);

/** The second form has a filter. Versions that do not know it must not accept it: they would show everything. */
const factsSchema = z.union([
	z.tuple([z.literal(1), ...fields]),
	z.tuple([z.literal(2), ...fields, z.object({ eventTypes: names, channels: names })]),
]);

/**
 * Derives the key of the HMAC. It tells nothing about the key that encrypts secrets, and is another one for each
 * outbox: a key of one outbox opens no other that has the same encryption key. JSON keeps the two texts apart.
 */
const deriveKey = (outboxName: string, encryptionKey: string): Buffer => {
	const info = JSON.stringify(['agent-webhooks api keys', outboxName]);
	return Buffer.from(hkdfSync('sha256', Buffer.from(encryptionKey, 'utf8'), '', info, 32));
};

const computeMac = (key: Buffer, payload: string): Buffer =>
	createHmac('sha256', key).update(payload, 'utf8').digest();

/** Reads facts that a valid HMAC covers. */
function parseFacts(payload: string): ApiKeyFacts | undefined {
	const json = parseJson(Buffer.from(payload, 'base64url').toString('utf8'));
	const parsed = factsSchema.safeParse(json?.value);
	if (!parsed.success) return undefined;
	const [, id, tenantId, rights, issuedAtMs, expiresAtMs, epoch, isPortal, filter] = parsed.data;
	return {
		id,
		tenantId,
		rights,
		issuedAtMs,
		expiresAtMs,
		epoch,
		isPortal,
		...(filter !== undefined && { filter }),
	};
}

/** Creates and verifies the keys of one outbox. */
export interface ApiKeys {
	/**
	 * @returns the key as its holder gets it: `agw_<facts>.<HMAC>`
	 * @throws InvalidApiKeyError for facts that are too long for a header
	 */
	create(facts: ApiKeyFacts): string;
	/** Verifies a key without any table, in a time that does not depend on which HMAC nearly matches. */
	verify(token: string, nowMs: number): KeyVerification;
}

/**
 * Returns the keys of an outbox.
 * @param outboxName the "Outbox Name" of the Outbox credential
 * @param encryptionKeys those of the Outbox credential: the current one first, then earlier ones that still verify
 * @example
 * const keys = createApiKeys('agent_webhook', [encryptionKey]);
 * const token = keys.create({ id: 'key_1', tenantId: 'acme', rights: ['read'], … });
 * keys.verify(token, Date.now()); // { facts: { id: 'key_1', … } }
 */
export function createApiKeys(outboxName: string, encryptionKeys: string[]): ApiKeys {
	const keys = encryptionKeys.map((encryptionKey) => deriveKey(outboxName, encryptionKey));
	return {
		create: ({ epoch, expiresAtMs, filter, id, isPortal, issuedAtMs, rights, tenantId }) => {
			const values = [id, tenantId, rights, issuedAtMs, expiresAtMs, epoch, isPortal];
			const facts = filter === undefined ? [1, ...values] : [2, ...values, filter];
			const payload = Buffer.from(JSON.stringify(facts), 'utf8').toString('base64url');
			const token = `${PREFIX}${payload}.${computeMac(keys[0], payload).toString('base64url')}`;
			if (token.length <= MAX_KEY_LENGTH) return token;
			throw new InvalidApiKeyError(
				`The key would have more than ${MAX_KEY_LENGTH} characters. Name fewer event types or channels.`,
			);
		},
		verify: (token, nowMs) => {
			const [, payload, mac] = (token.length <= MAX_KEY_LENGTH && TOKEN.exec(token)) || [];
			if (payload === undefined || mac === undefined) return { fault: 'malformed' };
			const presented = Buffer.from(mac, 'base64url');
			let isValid = false;
			for (const key of keys) {
				if (timingSafeEqual(computeMac(key, payload), presented)) isValid = true;
			}
			const facts = isValid ? parseFacts(payload) : undefined;
			if (facts === undefined) return { fault: 'invalid' };
			const isExpired = facts.expiresAtMs !== null && nowMs >= facts.expiresAtMs;
			return isExpired ? { fault: 'expired' } : { facts };
		},
	};
}
