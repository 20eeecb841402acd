import type { IHookFunctions, IWebhookFunctions } from 'n8n-workflow';

import { ONLY_KINDS } from '../../../core/platforms';
import type { AuthenticationMethod } from '../../../core/platforms/authentication';
import type { ListParameter } from '../../shared/parameters/parse';

/** The option of "Authentication" that selects the platform's own methods. */
export const AS_THE_PLATFORM = 'platform';

/** Requests of one API key per minute, if the trigger's owner sets no limit. */
export const DEFAULT_MAX_REQUESTS = 600;

/** A format of bodies that the trigger's owner accepts. */
export type BodyFormat = 'form' | 'json' | 'text' | 'xml';

/** JSON Schemas, each with the event types that it is for. */
export interface SchemaList {
	entry?: Array<{ eventTypes?: ListParameter; schema: unknown }>;
}

interface TriggerOptions {
	acceptAgain?: ListParameter;
	allowedAddresses?: ListParameter;
	allowedPlatformAddresses?: string[];
	bigNumbersAsText?: boolean;
	bodyFormats?: BodyFormat[];
	combineWindowMs?: number;
	dataSchemas?: SchemaList;
	receivedWhen?: 'answered' | 'finished';
	require?: 'all' | 'any';
	responseCode?: number;
	duplicateKey?: ListParameter;
	duplicateWindowMinutes?: number;
	eventDataFrom?: string;
	eventTimeFrom?: string;
	eventTypeFrom?: ListParameter;
	httpsOnly?: boolean;
	maxBodyKilobytes?: number;
	maxRequestsPerMinute?: number;
	outputRefused?: boolean;
	/** The page for subscribers; absent for none. */
	portal?: { settings?: Record<string, unknown> };
	publicEventTypes?: SchemaList;
	publicUrl?: string;
	rawBodyField?: string;
	toleranceSeconds?: number;
	validateEvents?: boolean;
}

/** Returns whether a delivery counts as received only when its workflow has finished with success. */
export const waitsForEnd = ({ receivedWhen }: TriggerOptions): boolean =>
	receivedWhen === 'finished';

/** The trigger's parameters by their names in saved workflows. */
interface StoredParameters {
	authenticationMethods: Array<AuthenticationMethod | typeof AS_THE_PLATFORM>;
	conditions: unknown;
	conditionSource: 'always' | 'json' | 'rules';
	events: string[];
	eventTypes: ListParameter;
	options: TriggerOptions;
	path: string;
	platform: string;
	register: boolean;
	requestKind: string;
	responseMode: string;
	simplify: boolean;
	subscribedTypes: string[];
}

/**
 * Reads one of the trigger's parameters.
 * @param fallback for a parameter that may be hidden
 */
export const readTriggerParameter = <Name extends keyof StoredParameters>(
	context: IHookFunctions | IWebhookFunctions,
	name: Name,
	fallback?: StoredParameters[Name],
): StoredParameters[Name] => context.getNodeParameter(name, fallback) as StoredParameters[Name];

/** The parameters that decide how requests are checked. */
export interface TriggerParameters {
	platform: string;
	requestKind: string;
	events: string[];
	eventTypes: ListParameter;
	methods: StoredParameters['authenticationMethods'];
	options: TriggerOptions;
	/** The headers, in lower case, that the credential names for tokens: no item has them. */
	tokenHeaders?: string[];
	/** JSON conditions; `undefined` if there are none. */
	conditions: unknown;
	/** True if n8n's rules decide after all other checks. */
	hasRules: boolean;
	/** True for items with the event or the body only. */
	simplify: boolean;
}

/** Reads the parameters that decide how requests are checked. */
export const readTriggerParameters = (
	context: IHookFunctions | IWebhookFunctions,
): TriggerParameters => {
	const source = readTriggerParameter(context, 'conditionSource', 'always');
	const platform = readTriggerParameter(context, 'platform');
	return {
		platform,
		requestKind: ONLY_KINDS[platform] ?? readTriggerParameter(context, 'requestKind'),
		events: readTriggerParameter(context, 'events', []),
		eventTypes: readTriggerParameter(context, 'eventTypes', ''),
		methods: readTriggerParameter(context, 'authenticationMethods', []),
		options: readTriggerParameter(context, 'options', {}),
		conditions: source === 'json' ? readTriggerParameter(context, 'conditions', {}) : undefined,
		hasRules: source === 'rules',
		simplify: readTriggerParameter(context, 'simplify', true),
	};
};
