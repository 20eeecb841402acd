import type { IHookFunctions, IWebhookFunctions } from 'n8n-workflow';

import type { AuthenticationMethod } from '../../../core/platforms/authentication';

/** The option of "Authentication" that selects the platform's own methods. */
export const AS_THE_PLATFORM = 'platform';

interface TriggerOptions {
	allowedAddresses?: string;
	allowedPlatformAddresses?: string[];
	combineWindowMs?: number;
	require?: 'all' | 'any';
	conditions?: unknown;
	duplicateKey?: string;
	duplicateWindowMinutes?: number;
	eventTypes?: string;
	httpsOnly?: boolean;
	maxBodyKilobytes?: number;
	outputRefused?: boolean;
	publicUrl?: string;
	rawBodyField?: string;
	toleranceSeconds?: number;
	validateEvents?: boolean;
}

/** The trigger's parameters by their names in saved workflows. */
interface StoredParameters {
	authenticationMethods: Array<AuthenticationMethod | typeof AS_THE_PLATFORM>;
	events: string[];
	options: TriggerOptions;
	path: string;
	platform: string;
	register: boolean;
	requestKind: string;
	responseMode: string;
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
	methods: StoredParameters['authenticationMethods'];
	options: TriggerOptions;
}

/** Reads the parameters that decide how requests are checked. */
export const readTriggerParameters = (
	context: IHookFunctions | IWebhookFunctions,
): TriggerParameters => ({
	platform: readTriggerParameter(context, 'platform'),
	requestKind: readTriggerParameter(context, 'requestKind'),
	events: readTriggerParameter(context, 'events', []),
	methods: readTriggerParameter(context, 'authenticationMethods'),
	options: readTriggerParameter(context, 'options', {}),
});
