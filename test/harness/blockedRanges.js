/**
 * The address ranges that n8n's SSRF protection blocks by default, copied from `@n8n/config` so that
 * unit tests need no n8n. test/e2e/pinnedN8n.test.js compares them with the pinned n8n.
 */
const N8N_BLOCKED_RANGES = [
	'10.0.0.0/8',
	'172.16.0.0/12',
	'192.168.0.0/16',
	'127.0.0.0/8',
	'::1/128',
	'169.254.0.0/16',
	'fe80::/10',
	'fc00::/7',
	'fd00::/8',
	'0.0.0.0/8',
	'192.0.0.0/24',
	'192.0.2.0/24',
	'198.18.0.0/15',
	'198.51.100.0/24',
	'203.0.113.0/24',
];

module.exports = { N8N_BLOCKED_RANGES };
