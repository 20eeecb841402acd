import { compileConditions } from '../../../core/event/conditions';
import {
	inboundSecrets,
	signingSettings,
	type CredentialFields,
} from '../../../core/credentials/credentialFields';
import type { ReceiveRules } from '../../../core/receiving/receive';
import type {
	AuthenticationMethod,
	AuthenticationRule,
} from '../../../core/platforms/authentication';
import { parseValueSource } from '../../../core/receiving/readEvent';
import { compileAllowlist } from '../../../core/http/ipAddresses';
import { getPlatform, getRequestKind, type RequestKind } from '../../../core/platforms';
import { jsonObjectParameter, listParameter } from '../../shared/parameters/parse';

/** Stands for what the platform asks of its callers. */
export const AS_THE_PLATFORM = 'platform';

const DEFAULT_WINDOW_MINUTES = 24 * 60;

/** The trigger's parameters. */
export interface TriggerParameters {
	platform: string;
	requestKind: string;
	methods: Array<AuthenticationMethod | typeof AS_THE_PLATFORM>;
	events: string[];
	options: {
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
	};
}

/** Which methods callers are checked by, and whether all of them must pass. */
function authenticationRule(
	{ methods, options }: TriggerParameters,
	kind: RequestKind,
): AuthenticationRule & { filledInOnly: boolean } {
	const chosen = methods.filter((method) => method !== AS_THE_PLATFORM);
	if (chosen.length === methods.length) {
		return { methods: chosen, require: options.require ?? 'all', filledInOnly: false };
	}
	// Beside methods of the owner's own, those of the platform count like them.
	const own = kind.authentication;
	return {
		methods: [...new Set([...chosen, ...own.methods])],
		require: options.require ?? (chosen.length === 0 ? own.require : 'all'),
		filledInOnly: own.methods.length > 1,
	};
}

/** What a path asks for, where the kind of request has several. */
export type InboundRoute = Pick<ReceiveRules, 'bodySchema' | 'method'>;

/**
 * The rules that a trigger's parameters stand for, and its credential, which is read when it is needed.
 * @throws with a message for the owner, where they cannot be read
 */
export function buildReceiveRules(
	parameters: TriggerParameters,
	readCredential: () => Promise<CredentialFields>,
	route?: InboundRoute,
): ReceiveRules {
	const { platform, options } = parameters;
	const profile = getPlatform(platform);
	const kind = getRequestKind(profile, parameters.requestKind);
	const addresses = [
		...listParameter(options.allowedAddresses),
		...(options.allowedPlatformAddresses ?? []).flatMap((id) => getPlatform(id).sourceAddresses),
	];
	const conditions = jsonObjectParameter(options.conditions, 'Conditions');
	const rule = authenticationRule(parameters, kind);
	const ownKey = listParameter(options.duplicateKey).map(parseValueSource);
	return {
		kind,
		method: 'POST',
		bodySchema: kind.request?.schema,
		...route,
		validatesEvents: options.validateEvents ?? true,
		httpsOnly: options.httpsOnly ?? profile.httpsOnly,
		...(addresses.length > 0 && { isAllowedAddress: compileAllowlist(addresses) }),
		...rule,
		secrets: async () => {
			const fields = await readCredential();
			const wantsSignature =
				rule.methods.includes('signature') && (!rule.filledInOnly || fields.signingSecret !== '');
			return {
				...inboundSecrets(fields),
				...(wantsSignature && {
					signature: {
						...signingSettings(fields, platform),
						...(options.toleranceSeconds && { toleranceSeconds: options.toleranceSeconds }),
					},
				}),
			};
		},
		maxBodyBytes: (options.maxBodyKilobytes ?? 10_240) * 1024,
		formBodies: profile.formBodies,
		handshakes: profile.handshakes ?? [],
		eventTypes: [...parameters.events, ...listParameter(options.eventTypes)],
		...(conditions && { conditions: compileConditions(conditions) }),
		duplicateKey: ownKey.length > 0 ? ownKey : (kind.events?.duplicateKey ?? []),
	};
}

/** For how long a repeated delivery is recognised, in ms; 0 for not at all. */
export const duplicateWindowMs = ({ options }: TriggerParameters): number =>
	(options.duplicateWindowMinutes ?? DEFAULT_WINDOW_MINUTES) * 60_000;

// Names of headers and URL parameters that callers prove themselves with, whoever invented them.
const CREDENTIAL_NAME = /authorization|cookie|token|secret|password|api[-_]?key/i;

/** Headers or URL parameters for an item: none that a caller proves itself with. */
export function maskCredentials<T>(values: Record<string, T>): Record<string, T> {
	return Object.fromEntries(Object.entries(values).filter(([name]) => !CREDENTIAL_NAME.test(name)));
}
