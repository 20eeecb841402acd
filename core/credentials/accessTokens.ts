import { hash } from 'crypto';

import { InvalidEndpointUrlError } from '../http/endpointUrl';
import { getErrorMessage } from '../lib/errorMessage';
import type { AttemptResult } from '../sending/attemptOutcome';
import type { SendingPorts } from '../sending/deliver';
import type { OutgoingAttempt } from '../sending/target';

import { CLIENT_TLS_FIELDS, parseClientTls } from './clientTls';
import { IncompleteCredentialError, readText, type CredentialFields } from './credentialFields';
import {
	checkTokenUrl,
	needsAccessToken,
	parseAuthentication,
	type OAuthClient,
} from './endpointAuthentication';
import { hideSecrets, hideSentSecrets } from './sentSecrets';
import {
	buildTokenRequest,
	MAX_TOKEN_REPLY_BYTES,
	readTokenReply,
	TOKEN_TIMEOUT_MS,
	type TokenGrant,
} from './tokenRequest';

/** Time before its end from which a token is no longer used. */
const RENEWAL_MARGIN_MS = 60_000;

/** Time for which a token server that gave no token is not asked again. */
const FAILURE_MS = 10_000;

/** Time for which no token is renewed after an endpoint has rejected a new one, too. */
const USELESS_RENEWAL_MS = 60_000;

/** Maximum number of clients whose tokens are kept: far more than one n8n needs. */
const MAX_CLIENTS = 1000;

type Attempt = SendingPorts['attempt'];

interface KeptGrant {
	grant: TokenGrant;
	fromMs: number;
	useMs: number;
	/** When an endpoint rejected it although it was new. */
	rejectedAtMs?: number;
}

/** Returns whether a time is in a period. One before it, after the clock was set back, is not. */
const isWithin = (nowMs: number, fromMs: number, durationMs: number): boolean =>
	nowMs >= fromMs && nowMs < fromMs + durationMs;

/** A token that is short-lived is used for half of its life. */
const getUseMs = (grant: TokenGrant): number =>
	'failure' in grant
		? FAILURE_MS
		: Math.max(1000, grant.lifetimeMs - Math.min(RENEWAL_MARGIN_MS, grant.lifetimeMs / 2));

/** Keeps the access tokens of this process. Simultaneous attempts share one request for a token. */
export class AccessTokenKeeper {
	private readonly kept = new Map<string, KeptGrant>();

	private readonly pending = new Map<string, Promise<TokenGrant>>();

	constructor(private readonly nowMs: () => number) {}

	/**
	 * Returns the token of a client, or why there is none.
	 * @param key of the client: see {@link computeClientKey}
	 * @param request asks the token server; rejects only when its execution is cancelled
	 */
	async get(key: string, request: () => Promise<TokenGrant>): Promise<TokenGrant> {
		for (;;) {
			const kept = this.kept.get(key);
			if (kept !== undefined && isWithin(this.nowMs(), kept.fromMs, kept.useMs)) return kept.grant;
			const pending = this.pending.get(key);
			if (pending === undefined) return await this.fetch(key, request);
			// A lease covers one answer of the token server, so the grant is used although it may be over.
			const grant = await pending.catch(() => undefined);
			if (grant !== undefined) return grant;
			// The other execution was cancelled: this one asks for itself.
		}
	}

	/**
	 * Drops a token that an endpoint has rejected, unless another attempt has renewed it.
	 * @returns whether there is, or may be, another one
	 */
	drop(key: string, token: string): boolean {
		const kept = this.kept.get(key);
		if (kept === undefined || 'failure' in kept.grant || kept.grant.token !== token) return true;
		const { rejectedAtMs } = kept;
		if (rejectedAtMs !== undefined && isWithin(this.nowMs(), rejectedAtMs, USELESS_RENEWAL_MS)) {
			return false;
		}
		this.kept.delete(key);
		return true;
	}

	/** Remembers that an endpoint has rejected a new token: another one would not help. */
	markRejected(key: string): void {
		const kept = this.kept.get(key);
		if (kept !== undefined) kept.rejectedAtMs = this.nowMs();
	}

	private async fetch(key: string, request: () => Promise<TokenGrant>): Promise<TokenGrant> {
		const startedMs = this.nowMs();
		const pending = request();
		this.pending.set(key, pending);
		try {
			const grant = await pending;
			// A token's life begins when the server issues it, at the earliest when it was asked.
			const fromMs = 'failure' in grant ? this.nowMs() : startedMs;
			this.keep(key, { grant, fromMs, useMs: getUseMs(grant) });
			return grant;
		} finally {
			this.pending.delete(key);
		}
	}

	private keep(key: string, kept: KeptGrant): void {
		this.kept.delete(key);
		const [oldest] = this.kept.keys();
		if (this.kept.size >= MAX_CLIENTS && oldest !== undefined) this.kept.delete(oldest);
		this.kept.set(key, kept);
	}
}

/**
 * Computes a key that reveals no secret. Two clients share a token only if everything about them is equal, including the
 * certificate that a token server may require.
 */
function computeClientKey(client: OAuthClient, credential: CredentialFields): string {
	const { audience, clientId, clientSecret, clientSecretIn, scope, tokenUrl } = client;
	const certificate = CLIENT_TLS_FIELDS.map((name) => readText(credential, name));
	const parts = [tokenUrl, clientId, clientSecret, clientSecretIn, scope, audience, ...certificate];
	return hash('sha256', JSON.stringify(parts));
}

/** Builds the request for a token as an attempt, so that it is made like any other. */
function toTokenAttempt(outgoing: OutgoingAttempt, client: OAuthClient, url: URL): OutgoingAttempt {
	const { credential = {}, nowMs, target } = outgoing;
	const { body, headers } = buildTokenRequest(client);
	return {
		target: {
			...target,
			url: url.href,
			headers,
			signed: false,
			skipTlsCheck: false,
			timeoutMs: TOKEN_TIMEOUT_MS,
			maxResponseBytes: MAX_TOKEN_REPLY_BYTES,
		},
		key: '',
		body,
		nowMs,
		// A certificate was given for the endpoint, and for no other server.
		...(url.origin === new URL(target.url).origin && { tls: parseClientTls(credential) }),
	};
}

/** Reads the OAuth2 client that gets the token for an attempt, and checks its URL. @throws if it cannot be used */
function readClient({ credential = {}, target }: OutgoingAttempt): {
	client: OAuthClient;
	key: string;
	url: URL;
} {
	const client = parseAuthentication(credential);
	if (client.type !== 'oauth2') throw new IncompleteCredentialError('OAuth2 is not chosen.');
	const rules = target.tokenUrlRules ?? { allowHttp: false, allowInternal: false };
	const url = checkTokenUrl(client.tokenUrl, rules);
	return { client, key: computeClientKey(client, credential), url };
}

const isUnauthorized = (result: AttemptResult): boolean =>
	result.kind === 'response' && result.statusCode === 401;

/** Attempts with the access tokens of one keeper. */
class TokenAttempts {
	constructor(
		private readonly attempt: Attempt,
		private readonly keeper: AccessTokenKeeper,
		private readonly nowMs: () => number,
	) {}

	/** Makes an attempt with a token, which is renewed once if the endpoint rejects it. */
	async make(outgoing: OutgoingAttempt): Promise<AttemptResult> {
		return await this.makeWith(outgoing).catch((error: unknown): AttemptResult => {
			const isExpected =
				error instanceof IncompleteCredentialError || error instanceof InvalidEndpointUrlError;
			if (!isExpected) throw error;
			return { kind: 'error', code: 'INVALID_REQUEST', message: getErrorMessage(error) };
		});
	}

	private async makeWith(outgoing: OutgoingAttempt): Promise<AttemptResult> {
		const { client, key, url } = readClient(outgoing);
		let isNew = false;
		const requestToken = async (): Promise<TokenGrant> => {
			isNew = true;
			return readTokenReply(await this.attempt(toTokenAttempt(outgoing, client, url)), client);
		};
		const first = await this.attemptWith(outgoing, await this.keeper.get(key, requestToken));
		if (first.token === undefined || !isUnauthorized(first.result)) return first.result;
		if (isNew) this.keeper.markRejected(key);
		if (isNew || !this.keeper.drop(key, first.token)) return first.result;
		const second = await this.attemptWith(outgoing, await this.keeper.get(key, requestToken));
		if (isUnauthorized(second.result)) this.keeper.markRejected(key);
		return second.result;
	}

	private async attemptWith(
		outgoing: OutgoingAttempt,
		grant: TokenGrant,
	): Promise<{ result: AttemptResult; token?: string }> {
		if ('failure' in grant) return { result: grant.failure };
		const { token } = grant;
		const result = await this.attempt({ ...outgoing, nowMs: this.nowMs(), accessToken: token });
		return { result: hideSecrets(result, [token]), token };
	}
}

/**
 * Returns a port that makes attempts with an access token if their credential needs one, and hides in answers
 * what authenticated the request.
 * @example
 * const attempt = withAccessTokens(sendAttempt, keeper, () => Date.now());
 * await attempt({ target, key, body, nowMs, credential: { authentication: 'oauth2', … } });
 * // { kind: 'error', code: 'TOKEN_UNAVAILABLE', message: 'The token server answered with status 503' }
 */
export function withAccessTokens(
	attempt: Attempt,
	keeper: AccessTokenKeeper,
	nowMs: () => number,
): Attempt {
	const attempts = new TokenAttempts(attempt, keeper, nowMs);
	return async (outgoing) => {
		const { credential, target } = outgoing;
		if (!target.signed || credential === undefined) return await attempt(outgoing);
		return needsAccessToken(credential)
			? await attempts.make(outgoing)
			: hideSentSecrets(await attempt(outgoing), credential);
	};
}
