import omit from 'lodash/omit';

import { requireUnexpiredCertificate } from '../../credentials/clientTls';
import { checkTokenUrl, needsAccessToken } from '../../credentials/endpointAuthentication';
import { authenticateRequest } from '../../credentials/outbound';
import { createSampleRequest } from '../../signing/sign';
import { compileConditions } from '../../event/conditions';
import { compileFieldFilters } from '../../event/fieldFilter';
import { findCustomHeaderFault } from '../../http/customHeaders';
import { isSingleLine } from '../../lib/singleLine';
import { toIsoTime } from '../../lib/time';
import { getPlatform, type Platform } from '../../platforms';
import { generateSecret } from '../../signing/secrets';
import { DEFAULT_TENANT, type Endpoint, type RegisteredEndpoint } from '../model';

import { adjustWaits } from './changedWaits';
import { readAddress, readTransform, type AddressInput } from './endpointAddress';
import {
	hasNewOrigin,
	mergeClientTls,
	mergeHeaders,
	omitAuthentication,
	omitOriginSecrets,
} from './endpointSecrets';
import { getUrlRules, prepareEndpointCredential, toDeliveryTarget } from './endpointTarget';
import { InvalidEndpointError, mergeSettings } from './settings';
import { isSubscription, requireEventType } from './subscription';
import { isWorkflowEndpoint } from './workflowAddress';

/** Values for an endpoint. `undefined` leaves a value as it is, or at its default. */
export interface EndpointInput extends AddressInput {
	name?: string;
	/** `null` removes it. */
	uid?: string | null;
	description?: string;
	platform?: string;
	eventTypes?: string[];
	isApiManaged?: boolean;
	/** Defaults to the tenant `default`. */
	tenantId?: string;
}

/** Generates a signing secret in the format of the platform's scheme. */
const generateSigningSecret = ({ scheme }: Platform): string =>
	generateSecret(scheme?.secretFormat === 'standardWebhooks' ? 'standardWebhooks' : 'hex');

/** @throws if requests to the endpoint could not be authenticated or signed */
function requireWorkingAuthentication(
	{ platform, secrets, settings }: Endpoint,
	nowMs: number,
): void {
	const fields = prepareEndpointCredential({ secrets, settings })(nowMs);
	const url = 'https://n8n.example.com/webhook/test';
	if (needsAccessToken(fields)) {
		checkTokenUrl(String(fields.tokenUrl ?? ''), getUrlRules({ settings }));
	}
	authenticateRequest(fields, {
		...(platform.scheme === undefined
			? { body: Buffer.from('{}'), request: { method: 'POST', url } }
			: createSampleRequest(platform.scheme, url)),
		id: 'test',
		nowMs,
		platformId: platform.id,
		accessToken: 'test',
	});
}

/** @throws the error of the first setting that would keep the endpoint from working */
function requireUsable(endpoint: Endpoint, nowMs: number): void {
	const { eventTypes, name, platform, secrets, settings } = endpoint;
	if (name.trim() === '') throw new InvalidEndpointError('"Name" is empty. Name the endpoint.');
	if (!isSingleLine(name)) {
		throw new InvalidEndpointError(
			'"Name" has a line break or a control character. Enter it again on one line.',
		);
	}
	for (const [header, value] of Object.entries(secrets.headers)) {
		const fault = findCustomHeaderFault(header, value);
		if (fault !== undefined) throw new InvalidEndpointError(fault);
	}
	if (platform.section === 'provider') {
		throw new InvalidEndpointError(
			`${platform.name} is for receiving only. Choose a platform that events can be sent as.`,
		);
	}
	const invalidType = eventTypes.find((type) => !isSubscription(type));
	if (invalidType !== undefined) requireEventType(invalidType);
	compileConditions(settings.conditions ?? {});
	compileFieldFilters(settings.filters ?? {});
	toDeliveryTarget(endpoint);
	if (!isWorkflowEndpoint(endpoint)) requireWorkingAuthentication(endpoint, nowMs);
}

/**
 * Checks a client certificate that a person enters. One that has expired in the meantime keeps nobody from changing
 * another value.
 * @throws IncompleteCredentialError
 */
function requireNewCertificate(
	{ secrets }: Endpoint,
	{ clientTls = {} }: EndpointInput,
	nowMs: number,
): void {
	if ((clientTls.clientCertificate ?? '') === '') return;
	requireUnexpiredCertificate(secrets.authentication, nowMs);
}

/**
 * Creates an active endpoint, with a generated signing secret if the input has none and it has a URL.
 * @throws InvalidEndpointError, InvalidEndpointUrlError, InvalidConditionsError, InvalidPathError and the
 * errors of retry settings and secrets
 */
export function createEndpoint(input: EndpointInput, id: string, nowMs: number): Endpoint {
	const platform = getPlatform(input.platform ?? '');
	const settings = mergeSettings({}, input.settings ?? {});
	const address = readAddress(input, platform, settings);
	const now = toIsoTime(nowMs);
	const authentication = mergeClientTls(input.authentication ?? {}, input.clientTls);
	const isUnsigned = authentication.signatureScheme === 'none' || input.workflowId !== undefined;
	const endpoint: Endpoint = {
		tenantId: input.tenantId ?? DEFAULT_TENANT,
		id,
		uid: input.uid ?? null,
		name: input.name ?? '',
		description: input.description ?? '',
		url: address.shown,
		platform,
		eventTypes: input.eventTypes ?? [],
		status: 'active',
		statusReason: null,
		statusChangedAt: null,
		settings,
		secrets: {
			url: address.url,
			...readTransform(input),
			signing: isUnsigned
				? []
				: [{ secret: input.signingSecret || generateSigningSecret(platform), created_at: now }],
			authentication,
			headers: mergeHeaders({}, input.headers),
		},
		registeredAt: now,
		updatedAt: now,
		isApiManaged: input.isApiManaged ?? false,
		creationKey: null,
		failingSince: null,
		consecutiveFailures: 0,
		probeAt: null,
		rateFreeAt: null,
		alerts: {},
		revision: 1,
	};
	requireUsable(endpoint, nowMs);
	requireNewCertificate(endpoint, input, nowMs);
	return endpoint;
}

/**
 * Returns an endpoint with changes. A setting that is `null` is reset to its default. If the URL gets
 * another origin, only an authentication and headers that the input has are sent there: see
 * {@link listDroppedSecrets}.
 * @throws the errors of {@link createEndpoint}
 */
export function updateEndpoint(endpoint: Endpoint, input: EndpointInput, nowMs: number): Endpoint {
	const platform = input.platform === undefined ? endpoint.platform : getPlatform(input.platform);
	const settings = mergeSettings(endpoint.settings, input.settings ?? {});
	const address = readAddress(input, platform, settings, endpoint);
	const { secrets } = endpoint;
	const kept = hasNewOrigin(endpoint, address.url)
		? { authentication: omitOriginSecrets(secrets.authentication), headers: {} }
		: secrets;
	const changed: Endpoint = {
		...endpoint,
		updatedAt: toIsoTime(nowMs),
		uid: input.uid === undefined ? endpoint.uid : input.uid,
		name: input.name ?? endpoint.name,
		description: input.description ?? endpoint.description,
		url: address.shown,
		platform,
		eventTypes: input.eventTypes ?? endpoint.eventTypes,
		settings,
		secrets: {
			...omit(secrets, 'transformWorkflowId'),
			...readTransform(input, secrets),
			url: address.url,
			authentication: mergeClientTls(
				input.authentication === undefined
					? kept.authentication
					: { ...omitAuthentication(kept.authentication), ...input.authentication },
				input.clientTls,
			),
			headers: mergeHeaders(kept.headers, input.headers),
		},
		isApiManaged: input.isApiManaged ?? endpoint.isApiManaged,
	};
	requireUsable(changed, nowMs);
	requireNewCertificate(changed, input, nowMs);
	return adjustWaits(changed, endpoint, nowMs);
}

/**
 * Returns an endpoint that a person enables, pauses or disables. Changing the status resets its health.
 * @param reason why it is paused or disabled; ignored if it is enabled
 */
export function setEndpointStatus<T extends RegisteredEndpoint>(
	endpoint: T,
	status: Endpoint['status'],
	reason: string,
	nowMs: number,
): T {
	if (endpoint.status === status) return endpoint;
	return {
		...endpoint,
		updatedAt: toIsoTime(nowMs),
		status,
		statusReason: status === 'active' ? null : reason,
		statusChangedAt: toIsoTime(nowMs),
		failingSince: null,
		consecutiveFailures: 0,
		probeAt: null,
	};
}

/**
 * Returns an endpoint with a new signing secret.
 * @param secret `undefined` or empty to generate one
 * @param overlapSeconds how long the current secret keeps signing too; older ones stop at once
 * @throws InvalidEndpointError if the endpoint is unsigned, and the errors of the secret's format
 */
export function rotateEndpointSecret(
	endpoint: Endpoint,
	secret: string | undefined,
	overlapSeconds: number,
	nowMs: number,
): Endpoint {
	const [replaced] = endpoint.secrets.signing;
	if (isWorkflowEndpoint(endpoint)) {
		throw new InvalidEndpointError(
			'The endpoint has no signing secret: it delivers to a workflow in this n8n, which gets no request.',
		);
	}
	if (replaced === undefined) {
		throw new InvalidEndpointError(
			'The endpoint has no signing secret: its deliveries are unsigned. Create a new endpoint to sign them.',
		);
	}
	const current = {
		secret: secret || generateSigningSecret(endpoint.platform),
		created_at: toIsoTime(nowMs),
	};
	const valid_until = toIsoTime(nowMs + overlapSeconds * 1000);
	const signing = overlapSeconds > 0 ? [current, { ...replaced, valid_until }] : [current];
	const rotated = {
		...endpoint,
		updatedAt: toIsoTime(nowMs),
		secrets: { ...endpoint.secrets, signing },
	};
	requireUsable(rotated, nowMs);
	return rotated;
}
