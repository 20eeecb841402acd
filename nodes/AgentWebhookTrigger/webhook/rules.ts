import { replaceTokenPlaces, type InboundCredential } from '../../../core/credentials/inbound';
import { getSigningSettings, listSigningSecrets } from '../../../core/credentials/signingFields';
import { compileConditions } from '../../../core/event/conditions';
import { parseEventTypes, requireEventTypePatterns } from '../../../core/event/eventTypes';
import { compileAllowlist } from '../../../core/http/ipAddresses';
import { HOUR_MS, MINUTE_MS } from '../../../core/lib/time';
import {
	getPlatform,
	getRequestKind,
	type Platform,
	type RequestKind,
} from '../../../core/platforms';
import {
	InboundConfigurationError,
	usesOnlyConfigured,
	type MethodRules,
} from '../../../core/receiving/configuredMethods';
import { compileDataSchema, type DataSchema } from '../../../core/receiving/dataSchemas';
import type { ParseRules } from '../../../core/receiving/parseBody';
import { parseValueSource, replaceEventPlaces } from '../../../core/receiving/readEvent';
import type { ReceiveRules } from '../../../core/receiving/receive';
import { parseFieldNames, parseJsonObject, parseList } from '../../shared/parameters/parse';

import { parsePublicUrl } from './request';
import { AS_THE_PLATFORM, type TriggerParameters } from './triggerParameters';

const DEFAULT_DUPLICATE_WINDOW_HOURS = 24;
// As long as the option can be.
const MAX_DUPLICATE_WINDOW_HOURS = 7 * 24;
const DEFAULT_MAX_BODY_KILOBYTES = 10 * 1024;

/**
 * Decides which methods callers are checked by, and how many of them they must pass. What a person chose is
 * required, even in addition to "As the Platform Asks".
 */
function chooseAuthentication(
	{ methods, options }: TriggerParameters,
	{ authentication }: RequestKind,
): MethodRules {
	const chosen = methods.filter((method) => method !== AS_THE_PLATFORM);
	if (chosen.length === methods.length) {
		return { chosen, methods: chosen, mode: options.require ?? 'all' };
	}
	const require = options.require ?? (chosen.length === 0 ? authentication.require : 'all');
	// A platform with several methods leaves the choice to the receiver: those with a secret count.
	const configured = require === 'all' ? 'allConfigured' : 'anyConfigured';
	return {
		chosen,
		methods: [...new Set([...chosen, ...authentication.methods])],
		mode: authentication.methods.length > 1 ? configured : require,
	};
}

/**
 * Puts the tokens of a credential where the trigger's platform sends them, unless a person chose the credential's own
 * places for them.
 */
export const placeTokens = (
	credential: InboundCredential,
	{ methods, platform }: Pick<TriggerParameters, 'methods' | 'platform'>,
): InboundCredential =>
	methods.includes(AS_THE_PLATFORM)
		? replaceTokenPlaces(credential, getPlatform(platform))
		: credential;

/** Without authentication, anyone could read and change all endpoints of the outbox. */
function requireManagementAuthentication({ management }: RequestKind, methods: unknown[]): void {
	if (management === undefined || methods.length > 0) return;
	throw new InboundConfigurationError(
		'Management requests need authentication, because anyone could change all endpoints without it. Choose "Bearer Token" under "Authentication", or another method.',
	);
}

/** Replaces the places of an event's values by those in the options, for a platform that its user describes. */
function describeKind(
	kind: RequestKind,
	{ isDescribedByUser }: Platform,
	{ eventDataFrom = '', eventTimeFrom = '', eventTypeFrom }: TriggerParameters['options'],
): RequestKind {
	if (!isDescribedByUser || kind.events === undefined) return kind;
	const events = replaceEventPlaces(kind.events, {
		type: parseFieldNames(eventTypeFrom),
		time: eventTimeFrom.trim(),
		data: eventDataFrom.trim(),
	});
	return { ...kind, events };
}

/** Returns the formats of bodies that are accepted: the platform's, or those in the options. */
function chooseBodyFormats(
	{ formBodies, isDescribedByUser, textBodies }: Platform,
	{ bodyFormats = [] }: TriggerParameters['options'],
): ParseRules {
	if (!isDescribedByUser || bodyFormats.length === 0) {
		return { formBodies, ...(textBodies && { textBodies: 'json' }) };
	}
	return {
		formBodies: bodyFormats.includes('form') ? {} : undefined,
		...(bodyFormats.includes('text') && { textBodies: 'any' }),
		xmlBodies: bodyFormats.includes('xml'),
		noJsonBodies: !bodyFormats.includes('json'),
	};
}

/** Compiles the schemas in the options, for a platform that its user describes. @throws InvalidSchemaError, UserError */
function compileDataSchemas(
	{ isDescribedByUser }: Platform,
	{ dataSchemas }: TriggerParameters['options'],
): DataSchema[] {
	if (!isDescribedByUser) return [];
	return (dataSchemas?.entry ?? []).map(({ eventTypes, schema }) =>
		compileDataSchema(
			requireEventTypePatterns(parseEventTypes(eventTypes)),
			parseJsonObject(schema, 'Schema (JSON)') ?? {},
		),
	);
}

/** Returns whether conditions have a big number as text, as an item has it with "Big Numbers as Text". */
const hasBigNumberText = (conditions: Record<string, unknown>): boolean =>
	/[:[,]"-?\d{16,}/.test(JSON.stringify(conditions));

/** Compiles the addresses in the options into a check; `undefined` if all are allowed. */
function compileAllowedAddresses({
	allowedAddresses,
	allowedPlatformAddresses = [],
}: TriggerParameters['options']): ReceiveRules['isAllowedAddress'] {
	const addresses = [
		...parseList(allowedAddresses),
		...allowedPlatformAddresses.flatMap((id) => getPlatform(id).sourceAddresses),
	];
	return addresses.length > 0 ? compileAllowlist(addresses) : undefined;
}

/** Returns the function that loads the secrets which a request is checked with. */
function createSecretsLoader(
	parameters: TriggerParameters,
	readCredential: () => Promise<InboundCredential>,
	{ methods, mode }: Pick<ReceiveRules, 'methods' | 'mode'>,
): ReceiveRules['loadSecrets'] {
	const { toleranceSeconds } = parameters.options;
	return async () => {
		const { signing, ...tokens } = placeTokens(await readCredential(), parameters);
		const needsSignature =
			methods.includes('signature') &&
			(!usesOnlyConfigured(mode) || listSigningSecrets(signing).length > 0);
		if (!needsSignature) return tokens;
		const settings = getSigningSettings(signing, getPlatform(parameters.platform).id);
		return { ...tokens, signature: { ...settings, ...(toleranceSeconds && { toleranceSeconds }) } };
	};
}

/** The method and body of one path, if a kind of request has several. `maxBodyBytes` is the kind's limit. */
export type InboundRoute = Pick<ReceiveRules, 'bodySchema' | 'maxBodyBytes' | 'method'>;

/**
 * Builds the rules that requests are checked by from the trigger's parameters.
 * @param readCredential reads the Receiving credential; called only when a request needs its secrets
 * @throws UserError, or an error of core, with a message for the trigger's owner if a parameter is not
 * valid
 */
export function buildReceiveRules(
	parameters: TriggerParameters,
	readCredential: () => Promise<InboundCredential>,
	route?: InboundRoute,
): ReceiveRules {
	const { options } = parameters;
	const platform = getPlatform(parameters.platform);
	const kind = describeKind(getRequestKind(platform, parameters.requestKind), platform, options);
	const isAllowedAddress = compileAllowedAddresses(options);
	const conditions = parseJsonObject(parameters.conditions, 'Conditions (JSON)');
	const authentication = chooseAuthentication(parameters, kind);
	requireManagementAuthentication(kind, authentication.methods);
	parsePublicUrl(options.publicUrl);
	const duplicateKey = parseFieldNames(options.duplicateKey).map(parseValueSource);
	return {
		kind,
		method: 'POST',
		bodySchema: kind.request?.schema,
		...route,
		validatesEvents: options.validateEvents ?? true,
		dataSchemas: compileDataSchemas(platform, options),
		httpsOnly: options.httpsOnly ?? platform.httpsOnly,
		...(isAllowedAddress && { isAllowedAddress }),
		...authentication,
		loadSecrets: createSecretsLoader(parameters, readCredential, authentication),
		maxBodyBytes: Math.min(
			(options.maxBodyKilobytes ?? DEFAULT_MAX_BODY_KILOBYTES) * 1024,
			route?.maxBodyBytes ?? Infinity,
		),
		...chooseBodyFormats(platform, options),
		bigNumbersAsText: options.bigNumbersAsText,
		handshakes: kind.events ? (platform.handshakes ?? []) : [],
		bodyTokenField: platform.bodyToken?.field,
		eventTypes: [
			...parameters.events,
			...requireEventTypePatterns(parseEventTypes(parameters.eventTypes)),
		],
		...(conditions && {
			conditions: compileConditions(conditions),
			comparesBigNumbersAsText: options.bigNumbersAsText && hasBigNumberText(conditions),
		}),
		duplicateKey: duplicateKey.length > 0 ? duplicateKey : (kind.events?.duplicateKey ?? []),
	};
}

/**
 * Returns how long duplicates are recognized, in ms; 0 for not at all. Without the option, it is a day, or as long as
 * the platform retries or as a replay is not too late, but never longer than a week.
 * @param replayMs how long a replay is not too late from now on
 */
export function getDuplicateWindowMs(
	{ options, platform }: Pick<TriggerParameters, 'options' | 'platform'>,
	replayMs = 0,
): number {
	if (options.duplicateWindowMinutes !== undefined) {
		return options.duplicateWindowMinutes * MINUTE_MS;
	}
	const { retriedForHours = 0 } = getPlatform(platform);
	const hours = Math.max(DEFAULT_DUPLICATE_WINDOW_HOURS, retriedForHours);
	return Math.min(Math.max(hours * HOUR_MS, replayMs), MAX_DUPLICATE_WINDOW_HOURS * HOUR_MS);
}
