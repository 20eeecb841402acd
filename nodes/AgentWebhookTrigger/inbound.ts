import { compileConditions } from '../../core/conditions/conditions';
import {
	inboundSecrets,
	signingSettings,
	type CredentialFields,
} from '../../core/credentials/settings';
import { type AuthenticationMethod, type InboundRules } from '../../core/inbound/admission';
import { compileAllowlist } from '../../core/network/addresses';
import { profileById, type PlatformProfile } from '../../core/profiles';
import type { RequestKind } from '../../core/validation/bodies';
import { jsonObjectParameter, listParameter } from '../shared/json';

/** The trigger's parameters. */
export interface TriggerParameters {
	platform: string;
	requestKind: RequestKind;
	methods: AuthenticationMethod[];
	options: {
		allowedAddresses?: string;
		allowedPlatformAddresses?: string[];
		require?: 'all' | 'any';
		conditions?: unknown;
		eventTypes?: string;
		httpsOnly?: boolean;
		maxBodyKilobytes?: number;
		outputRefused?: boolean;
		rawBodyField?: string;
		toleranceSeconds?: number;
	};
}

function dataField({ envelope }: PlatformProfile): string {
	return Object.keys(envelope).find((key) => envelope[key] === '{data}') ?? 'data';
}

/**
 * The rules that a trigger's parameters stand for, and its credential, which is read when it is needed.
 * @throws with a message for the owner, where they cannot be read
 */
export function inboundRules(
	{ platform, requestKind, methods, options }: TriggerParameters,
	readCredential: () => Promise<CredentialFields>,
): InboundRules {
	const profile = profileById(platform);
	const addresses = [
		...listParameter(options.allowedAddresses),
		...(options.allowedPlatformAddresses ?? []).flatMap((id) => profileById(id).sourceAddresses),
	];
	const conditions = jsonObjectParameter(options.conditions, 'Conditions');
	return {
		kind: requestKind,
		httpsOnly: options.httpsOnly ?? false,
		...(addresses.length > 0 && { isAllowedAddress: compileAllowlist(addresses) }),
		methods,
		require: options.require ?? 'all',
		secrets: async () => {
			const fields = await readCredential();
			return {
				...inboundSecrets(fields),
				...(methods.includes('signature') && {
					signature: {
						...signingSettings(fields, platform),
						...(options.toleranceSeconds && { toleranceSeconds: options.toleranceSeconds }),
					},
				}),
			};
		},
		maxBodyBytes: (options.maxBodyKilobytes ?? 10_240) * 1024,
		eventField: profile.eventField,
		dataField: dataField(profile),
		eventTypes: listParameter(options.eventTypes),
		...(conditions && { conditions: compileConditions(conditions) }),
	};
}

// Names of headers and URL parameters that callers prove themselves with, whoever invented them.
const CREDENTIAL_NAME = /authorization|cookie|token|secret|password|api[-_]?key/i;

/** Headers or URL parameters for an item: none that a caller proves itself with. */
export function withoutCredentials<T>(values: Record<string, T>): Record<string, T> {
	return Object.fromEntries(Object.entries(values).filter(([name]) => !CREDENTIAL_NAME.test(name)));
}
