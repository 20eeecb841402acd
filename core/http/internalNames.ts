import trimEnd from 'lodash/trimEnd';

/**
 * Domains whose names exist only inside a network: those that RFC 6761, RFC 6762 and RFC 8375 reserve, the
 * one that ICANN reserved for private use, and those that home routers, clusters and companies use.
 * @see https://www.iana.org/assignments/special-use-domain-names
 * @see https://www.icann.org/en/board-activities-and-meetings/materials/approved-resolutions-special-meeting-of-the-icann-board-29-07-2024-en#section2.a
 */
const INTERNAL_DOMAINS = new Set([
	'localhost',
	'localdomain',
	'localdomain4',
	'localdomain6',
	'local',
	'internal',
	'home.arpa',
	'home',
	'lan',
	'intranet',
	'private',
	'corp',
	'svc',
]);

/**
 * Returns whether only n8n's own computer or network can resolve a host name: a name without a domain,
 * such as `ip6-localhost` or `redis`, or a name in an internal domain, such as `host.docker.internal`.
 * @param name in lower case, e.g. `erp.corp.`; not an IP address
 */
export function isInternalName(name: string): boolean {
	const labels = trimEnd(name, '.').split('.');
	return (
		labels.length === 1 ||
		INTERNAL_DOMAINS.has(labels[labels.length - 1]) ||
		INTERNAL_DOMAINS.has(labels.slice(-2).join('.'))
	);
}
