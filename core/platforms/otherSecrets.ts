import { adviseCommand } from '../signing/secretText';

import type { OtherSecret, Platform } from './platform';
import { REGISTRY } from './registry';
import { describeSigningSecret } from './setup';

const findOther = (secret: string, { secretFacts }: Platform): OtherSecret | undefined =>
	secretFacts?.others?.find(
		({ length = secret.length, prefix }) => secret.startsWith(prefix) && secret.length === length,
	);

/** Says where the right secret is. */
const advise = (platform: Platform | undefined): string => {
	const description =
		platform === undefined || platform.section === 'open' ? '' : describeSigningSecret(platform);
	return description === '' ? 'Copy the webhook’s signing secret.' : `Enter this: ${description}`;
};

/** Names the platforms whose keys or IDs begin like a secret: several platforms may use one prefix. */
function describeOthers(secret: string, owners: Platform[]): string {
	const names = owners.flatMap((owner) => {
		const other = findOther(secret, owner);
		return other === undefined ? [] : [`${owner.name}’s ${other.name}`];
	});
	const [prefix = ''] = owners.flatMap((owner) => findOther(secret, owner)?.prefix ?? []);
	return `begins with ${prefix}, as ${names.join(' and ')} do, and is no signing secret.`;
}

/**
 * Finds a key or an ID of a platform that was entered in place of its signing secret, and that never verifies a
 * signature: the platform itself makes the secret.
 * @returns what is wrong and what to do, to follow the field's name; `undefined` if nothing is
 */
export function findWrongSecret(secret: string, platform: Platform): string | undefined {
	const other = platform.secretFacts?.isMadeByPlatform ? findOther(secret, platform) : undefined;
	return other && `${describeOthers(secret, [platform])} ${advise(platform)}`;
}

/** Finds a secret without the beginning that the platform's have. Others may sign with the same scheme. */
function findMissingPrefix(secret: string, platform: Platform): string | undefined {
	const { name, secretFacts: { prefix = '' } = {} } = platform;
	return secret.startsWith(prefix)
		? undefined
		: `does not begin with ${prefix}, as ${name}’s signing secrets do. ${advise(platform)}`;
}

/** The beginnings of secrets of Standard Webhooks; Supabase shows them with the signature's version before them. */
const STANDARD_PREFIX = /^(?:v1a?,)?wh(?:sec|sk|pk)_/;

/** Finds a secret without the beginning of its format. It works if both sides decode it, which not all do. */
function findUnmarkedSecret(secret: string, { scheme }: Platform): string | undefined {
	if (scheme?.secretFormat !== 'standardWebhooks' || STANDARD_PREFIX.test(secret)) return undefined;
	return `does not begin with whsec_, as secrets of Standard Webhooks do. If the service shows it without, enter whsec_ before it. Otherwise copy it again${adviseCommand('standardWebhooks')}`;
}

/**
 * Finds a key, an ID or a secret of any platform that was entered in place of a signing secret. People can choose such
 * a text as their secret, so this is for the moment in which a person enters it.
 * @param platform the platform whose requests are signed, if it is known
 * @returns what is wrong and what to do, to follow the field's name; `undefined` if nothing is
 */
export function findOtherSecret(secret: string, platform?: Platform): string | undefined {
	const wrong =
		platform && (findWrongSecret(secret, platform) ?? findMissingPrefix(secret, platform));
	if (wrong !== undefined) return wrong;
	// A secret that begins as the platform's do is not another platform's key.
	const ownPrefix = platform?.secretFacts?.prefix;
	const others = ownPrefix !== undefined && secret.startsWith(ownPrefix) ? [] : REGISTRY;
	const candidates = platform === undefined ? REGISTRY : [platform, ...others];
	const owners = candidates.filter((candidate) => findOther(secret, candidate) !== undefined);
	if (owners.length > 0) {
		const known = platform ?? (owners.length === 1 ? owners[0] : undefined);
		return `${describeOthers(secret, platform === undefined ? owners : owners.slice(0, 1))} ${advise(known)}`;
	}
	const owner = REGISTRY.find(({ secretFacts }) =>
		secretFacts?.ownPrefixes?.some((prefix) => secret.startsWith(prefix)),
	);
	if (platform === undefined) return undefined;
	return owner === undefined || owner === platform
		? findUnmarkedSecret(secret, platform)
		: `is a signing secret of ${owner.name}, and not of ${platform.name}. ${advise(platform)}`;
}
