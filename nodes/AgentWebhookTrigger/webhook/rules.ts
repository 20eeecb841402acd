import type { CredentialFields } from '../../../core/credentials/credentialFields';
import { parseInboundCredential } from '../../../core/credentials/inbound';
import { getSigningSettings } from '../../../core/credentials/signingFields';
import { compileConditions } from '../../../core/event/conditions';
import { compileAllowlist } from '../../../core/http/ipAddresses';
import { MINUTE_MS } from '../../../core/lib/time';
import { getPlatform, getRequestKind, type RequestKind } from '../../../core/platforms';
import { usesOnlyConfigured, type AuthenticationRules } from '../../../core/receiving/authenticate';
import { parseValueSource } from '../../../core/receiving/readEvent';
import type { ReceiveRules } from '../../../core/receiving/receive';
import { parseJsonObject, parseList } from '../../shared/parameters/parse';

import { AS_THE_PLATFORM, type TriggerParameters } from './triggerParameters';

const DEFAULT_DUPLICATE_WINDOW_MINUTES = 24 * 60;
const DEFAULT_MAX_BODY_KILOBYTES = 10 * 1024;

/** Decides which methods callers are checked by, and how many of them they must pass. */
function chooseAuthentication(
	{ methods, options }: TriggerParameters,
	{ authentication }: RequestKind,
): Pick<AuthenticationRules, 'methods' | 'mode'> {
	const chosen = methods.filter((method) => method !== AS_THE_PLATFORM);
	if (chosen.length === methods.length) return { methods: chosen, mode: options.require ?? 'all' };
	const require = options.require ?? (chosen.length === 0 ? authentication.require : 'all');
	// A platform with several methods leaves the choice to the receiver: those with a secret count.
	const configured = require === 'all' ? 'allConfigured' : 'anyConfigured';
	return {
		methods: [...new Set([...chosen, ...authentication.methods])],
		mode: authentication.methods.length > 1 ? configured : require,
	};
}

/** The method and body of one path, if a kind of request has several. */
export type InboundRoute = Pick<ReceiveRules, 'bodySchema' | 'method'>;

/**
 * Builds the rules that requests are checked by from the trigger's parameters.
 * @param readCredential reads the inbound credential; called only when a request needs its secrets
 * @throws UserError, or an error of core, with a message for the trigger's owner if a parameter is not
 * valid
 */
export function buildReceiveRules(
	parameters: TriggerParameters,
	readCredential: () => Promise<CredentialFields>,
	route?: InboundRoute,
): ReceiveRules {
	const { options } = parameters;
	const platform = getPlatform(parameters.platform);
	const kind = getRequestKind(platform, parameters.requestKind);
	const addresses = [
		...parseList(options.allowedAddresses),
		...(options.allowedPlatformAddresses ?? []).flatMap((id) => getPlatform(id).sourceAddresses),
	];
	const conditions = parseJsonObject(options.conditions, 'Conditions');
	const { methods, mode } = chooseAuthentication(parameters, kind);
	const duplicateKey = parseList(options.duplicateKey).map(parseValueSource);
	return {
		kind,
		method: 'POST',
		bodySchema: kind.request?.schema,
		...route,
		validatesEvents: options.validateEvents ?? true,
		httpsOnly: options.httpsOnly ?? platform.httpsOnly,
		...(addresses.length > 0 && { isAllowedAddress: compileAllowlist(addresses) }),
		methods,
		mode,
		loadSecrets: async () => {
			const { signing, ...tokens } = parseInboundCredential(await readCredential());
			const needsSignature =
				methods.includes('signature') &&
				(!usesOnlyConfigured(mode) || signing.signingSecret !== '');
			return {
				...tokens,
				...(needsSignature && {
					signature: {
						...getSigningSettings(signing, platform.id),
						...(options.toleranceSeconds && { toleranceSeconds: options.toleranceSeconds }),
					},
				}),
			};
		},
		maxBodyBytes: (options.maxBodyKilobytes ?? DEFAULT_MAX_BODY_KILOBYTES) * 1024,
		formBodies: platform.formBodies,
		handshakes: platform.handshakes ?? [],
		eventTypes: [...parameters.events, ...parseList(options.eventTypes)],
		...(conditions && { conditions: compileConditions(conditions) }),
		duplicateKey: duplicateKey.length > 0 ? duplicateKey : (kind.events?.duplicateKey ?? []),
	};
}

/** Returns how long duplicates are recognized, in ms; 0 for not at all. */
export const getDuplicateWindowMs = ({ options }: TriggerParameters): number =>
	(options.duplicateWindowMinutes ?? DEFAULT_DUPLICATE_WINDOW_MINUTES) * MINUTE_MS;
