const { checkEndpointUrl } = require('../../../build/core/http/endpointUrl');
const { isInternalName } = require('../../../build/core/http/internalNames');

const INTERNAL = [
	'localhost',
	'ip6-localhost',
	'ip6-loopback',
	'ip6-allnodes',
	'broadcasthost',
	'redis',
	'n8n-worker-1',
	'intranet',
	'localhost.localdomain',
	'localhost6.localdomain6.localdomain',
	'localhost4.localdomain4',
	'localhost6.localdomain6',
	'host.docker.internal',
	'gateway.docker.internal',
	'metadata.google.internal',
	'instance-data.ec2.internal',
	'printer.local',
	'postgres.default.svc.cluster.local',
	'postgres.default.svc',
	'router.lan',
	'router.home',
	'nas.home.arpa',
	'home.arpa',
	'wiki.corp',
	'wiki.intranet',
	'db.private',
	'a.b.c.localhost',
];

describe('isInternalName', () => {
	test.each(INTERNAL)('is true for %s, also with trailing dots', (name) => {
		expect(isInternalName(name)).toBe(true);
		expect(isInternalName(`${name}.`)).toBe(true);
		expect(isInternalName(`${name}..`)).toBe(true);
	});

	test.each([
		'example.com',
		'example.com.',
		'localhost.example.com',
		'internal.example.com',
		'local.net',
		'home.example',
		'arpa.example',
		'notlocal.dev',
		'my-internal.io',
		'xn--exmple-cua.com',
	])('is false for %s', (name) => {
		expect(isInternalName(name)).toBe(false);
	});
});

describe('checkEndpointUrl', () => {
	const rules = { allowHttp: false, allowInternal: false };

	test.each([
		...INTERNAL,
		'HOST.Docker.INTERNAL',
		'ⓛocalhost',
		'printer.ｌocal',
		'printer.local。',
		'printer。local',
		'printer.%6cocal',
		'ip6\u00ad-localhost',
	])('rejects https://%s unless internal addresses are allowed', (host) => {
		const url = `https://${host}:8443/hooks`;
		expect(() => checkEndpointUrl(url, rules)).toThrow('a name inside n8n’s own network');
		expect(() => checkEndpointUrl(url, rules)).toThrow('"Allow Internal Addresses"');
		expect(checkEndpointUrl(url, { ...rules, allowInternal: true }).port).toBe('8443');
	});
});
