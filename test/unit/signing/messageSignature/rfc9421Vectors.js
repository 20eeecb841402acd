/**
 * The keys, requests and signatures of RFC 9421, Appendix B (https://www.rfc-editor.org/rfc/rfc9421#appendix-B). The
 * keys are the RFC's own test keys, which protect nothing.
 */

const createPem = (type, lines) =>
	`-----BEGIN ${type}-----\n${lines.join('\n')}\n-----END ${type}-----`;

/** B.1.1 test-key-rsa */
const RSA_PUBLIC = createPem('RSA PUBLIC KEY', [
	'MIIBCgKCAQEAhAKYdtoeoy8zcAcR874L8cnZxKzAGwd7v36APp7Pv6Q2jdsPBRrw',
	'WEBnez6d0UDKDwGbc6nxfEXAy5mbhgajzrw3MOEt8uA5txSKobBpKDeBLOsdJKFq',
	'MGmXCQvEG7YemcxDTRPxAleIAgYYRjTSd/QBwVW9OwNFhekro3RtlinV0a75jfZg',
	'kne/YiktSvLG34lw2zqXBDTC5NHROUqGTlML4PlNZS5Ri2U4aCNx2rUPRcKIlE0P',
	'uKxI4T+HIaFpv8+rdV6eUgOrB2xeI1dSFFn/nnv5OoZJEIB+VmuKn3DCUcCZSFlQ',
	'PSXSfBDiUGhwOw76WuSSsf1D4b/vLoJ10wIDAQAB',
]);

/** B.1.2 test-key-rsa-pss */
const RSA_PSS_PUBLIC = createPem('PUBLIC KEY', [
	'MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAr4tmm3r20Wd/PbqvP1s2',
	'+QEtvpuRaV8Yq40gjUR8y2Rjxa6dpG2GXHbPfvMs8ct+Lh1GH45x28Rw3Ry53mm+',
	'oAXjyQ86OnDkZ5N8lYbggD4O3w6M6pAvLkhk95AndTrifbIFPNU8PPMO7OyrFAHq',
	'gDsznjPFmTOtCEcN2Z1FpWgchwuYLPL+Wokqltd11nqqzi+bJ9cvSKADYdUAAN5W',
	'Utzdpiy6LbTgSxP7ociU4Tn0g5I6aDZJ7A8Lzo0KSyZYoA485mqcO0GVAdVw9lq4',
	'aOT9v6d+nb4bnNkQVklLQ3fVAvJm+xdDOp9LCNCN48V2pnDOkFV6+U9nV5oyc6XI',
	'2wIDAQAB',
]);

/** B.1.3 test-key-ecc-p256 */
const P256_PUBLIC = createPem('PUBLIC KEY', [
	'MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEqIVYZVLCrPZHGHjP17CTW0/+D9Lf',
	'w0EkjqF7xB4FivAxzic30tMM4GF+hR6Dxh71Z50VGGdldkkDXZCnTNnoXQ==',
]);
const P256_PRIVATE = createPem('EC PRIVATE KEY', [
	'MHcCAQEEIFKbhfNZfpDsW43+0+JjUr9K+bTeuxopu653+hBaXGA7oAoGCCqGSM49',
	'AwEHoUQDQgAEqIVYZVLCrPZHGHjP17CTW0/+D9Lfw0EkjqF7xB4FivAxzic30tMM',
	'4GF+hR6Dxh71Z50VGGdldkkDXZCnTNnoXQ==',
]);

/** B.1.4 test-key-ed25519 */
const ED25519_PUBLIC = createPem('PUBLIC KEY', [
	'MCowBQYDK2VwAyEAJrQLj5P/89iXES9+vFgrIy29clF9CC/oPPsw3c5D0bs=',
]);
const ED25519_PRIVATE = createPem('PRIVATE KEY', [
	'MC4CAQAwBQYDK2VwBCIEIJ+DYvh6SEqVTm50DFtMDoQikTmiCqirVv9mWG9qfSnF',
]);

/** B.1.5 test-shared-secret */
const SHARED_SECRET =
	'whsec_uzvJfB4u3N0Jy4T7NZ75MDVcr8zSTInedJtkgcu46YW4XByzNJjxBdtjUkdJPBtbmHhIDi6pcl8jsasjlTMtDQ==';

const DIGEST =
	'sha-512=:WZDPaVn/7XgHaAy8pmojAkGWoRx2UFChF41A2svX+TaPm+AbwAgBWnrIiYllu7BNNyealdVLvRwEmTHWXvJwew==:';

const CREATED = 1_618_884_473;

/** test-request of B.2 */
const REQUEST = {
	method: 'POST',
	url: 'https://example.com/foo?param=Value&Pet=dog',
	headers: {
		host: 'example.com',
		date: 'Tue, 20 Apr 2021 02:07:55 GMT',
		'content-type': 'application/json',
		'content-digest': DIGEST,
		'content-length': '18',
	},
};

const BODY = Buffer.from('{"hello": "world"}');

const CLIENT_CERTIFICATE =
	':MIIBqDCCAU6gAwIBAgIBBzAKBggqhkjOPQQDAjA6MRswGQYDVQQKDBJMZXQncyBBdXRoZW50aWNhdGUxGzAZBgNVBAMMEkxBIEludGVybWVkaWF0ZSBDQTAeFw0yMDAxMTQyMjU1MzNaFw0yMTAxMjMyMjU1MzNaMA0xCzAJBgNVBAMMAkJDMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE8YnXXfaUgmnMtOXU/IncWalRhebrXmckC8vdgJ1p5Be5F/3YC8OthxM4+k1M6aEAEFcGzkJiNy6J84y7uzo9M6NyMHAwCQYDVR0TBAIwADAfBgNVHSMEGDAWgBRm3WjLa38lbEYCuiCPct0ZaSED2DAOBgNVHQ8BAf8EBAMCBsAwEwYDVR0lBAwwCgYIKwYBBQUHAwIwHQYDVR0RAQH/BBMwEYEPYmRjQGV4YW1wbGUuY29tMAoGCCqGSM49BAMCA0gAMEUCIBHda/r1vaL6G3VliL4/Di6YK0Q6bMjeSkC3dFCOOB8TAiEAx/kHSB4urmiZ0NX5r5XarmPk0wmuydBVoU4hBVZ1yhk=:';

/** The signatures, and the lines of their bases before the parameters. */
const VECTORS = [
	{
		name: 'B.2.1, minimal, rsa-pss-sha512',
		message: REQUEST,
		key: RSA_PSS_PUBLIC,
		algorithm: 'rsa-pss-sha512',
		input: '();created=1618884473;keyid="test-key-rsa-pss";nonce="b3k2pp5k7z-50gnwp.yemd"',
		lines: [],
		signature:
			'd2pmTvmbncD3xQm8E9ZV2828BjQWGgiwAaw5bAkgibUopemLJcWDy/lkbbHAve4cRAtx31Iq786U7it++wgGxbtRxf8Udx7zFZsckzXaJMkA7ChG52eSkFxykJeNqsrWH5S+oxNFlD4dzVuwe8DhTSja8xxbR/Z2cOGdCbzR72rgFWhzx2VjBqJzsPLMIQKhO4DGezXehhWwE56YCE+O6c0mKZsfxVrogUvA4HELjVKWmAvtl6UnCh8jYzuVG5WSb/QEVPnP5TmcAnLH1g+s++v6d4s8m0gCw1fV5/SITLq9mhho8K3+7EPYTU8IU1bLhdxO5Nyt8C8ssinQ98Xw9Q==',
	},
	{
		name: 'B.2.2, selective, rsa-pss-sha512',
		message: REQUEST,
		key: RSA_PSS_PUBLIC,
		algorithm: 'rsa-pss-sha512',
		input:
			'("@authority" "content-digest" "@query-param";name="Pet");created=1618884473;keyid="test-key-rsa-pss";tag="header-example"',
		lines: [
			'"@authority": example.com',
			`"content-digest": ${DIGEST}`,
			'"@query-param";name="Pet": dog',
		],
		signature:
			'LjbtqUbfmvjj5C5kr1Ugj4PmLYvx9wVjZvD9GsTT4F7GrcQEdJzgI9qHxICagShLRiLMlAJjtq6N4CDfKtjvuJyE5qH7KT8UCMkSowOB4+ECxCmT8rtAmj/0PIXxi0A0nxKyB09RNrCQibbUjsLS/2YyFYXEu4TRJQzRw1rLEuEfY17SARYhpTlaqwZVtR8NV7+4UKkjqpcAoFqWFQh62s7Cl+H2fjBSpqfZUJcsIk4N6wiKYd4je2U/lankenQ99PZfB4jY3I5rSV2DSBVkSFsURIjYErOs0tFTQosMTAoxk//0RoKUqiYY8Bh0aaUEb0rQl3/XaVe4bXTugEjHSw==',
	},
	{
		name: 'B.2.3, full, rsa-pss-sha512',
		message: REQUEST,
		key: RSA_PSS_PUBLIC,
		algorithm: 'rsa-pss-sha512',
		input:
			'("date" "@method" "@path" "@query" "@authority" "content-type" "content-digest" "content-length");created=1618884473;keyid="test-key-rsa-pss"',
		lines: [
			'"date": Tue, 20 Apr 2021 02:07:55 GMT',
			'"@method": POST',
			'"@path": /foo',
			'"@query": ?param=Value&Pet=dog',
			'"@authority": example.com',
			'"content-type": application/json',
			`"content-digest": ${DIGEST}`,
			'"content-length": 18',
		],
		signature:
			'bbN8oArOxYoyylQQUU6QYwrTuaxLwjAC9fbY2F6SVWvh0yBiMIRGOnMYwZ/5MR6fb0Kh1rIRASVxFkeGt683+qRpRRU5p2voTp768ZrCUb38K0fUxN0O0iC59DzYx8DFll5GmydPxSmme9v6ULbMFkl+V5B1TP/yPViV7KsLNmvKiLJH1pFkh/aYA2HXXZzNBXmIkoQoLd7YfW91kE9o/CCoC1xMy7JA1ipwvKvfrs65ldmlu9bpG6A9BmzhuzF8Eim5f8ui9eH8LZH896+QIF61ka39VBrohr9iyMUJpvRX2Zbhl5ZJzSRxpJyoEZAFL2FUo5fTIztsDZKEgM4cUA==',
	},
	{
		name: 'B.2.5, hmac-sha256',
		message: REQUEST,
		key: SHARED_SECRET,
		signingKey: SHARED_SECRET,
		algorithm: 'hmac-sha256',
		input: '("date" "@authority" "content-type");created=1618884473;keyid="test-shared-secret"',
		lines: [
			'"date": Tue, 20 Apr 2021 02:07:55 GMT',
			'"@authority": example.com',
			'"content-type": application/json',
		],
		signature: 'pxcQw6G3AjtMBQjwo8XzkZf/bws5LelbaMk5rGIGtE8=',
	},
	{
		name: 'B.2.6, ed25519',
		message: REQUEST,
		key: ED25519_PUBLIC,
		signingKey: ED25519_PRIVATE,
		algorithm: 'ed25519',
		input:
			'("date" "@method" "@path" "@authority" "content-type" "content-length");created=1618884473;keyid="test-key-ed25519"',
		lines: [
			'"date": Tue, 20 Apr 2021 02:07:55 GMT',
			'"@method": POST',
			'"@path": /foo',
			'"@authority": example.com',
			'"content-type": application/json',
			'"content-length": 18',
		],
		signature:
			'wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9EDgwUPiu4A0w6vuQv5lIp5WPpBKRCw==',
	},
	{
		name: 'B.3, a proxy, ecdsa-p256-sha256',
		message: {
			method: 'POST',
			url: 'https://service.internal.example/foo?param=Value&Pet=dog',
			headers: { 'client-cert': CLIENT_CERTIFICATE },
		},
		key: P256_PUBLIC,
		algorithm: 'ecdsa-p256-sha256',
		input:
			'("@path" "@query" "@method" "@authority" "client-cert");created=1618884473;keyid="test-key-ecc-p256"',
		lines: [
			'"@path": /foo',
			'"@query": ?param=Value&Pet=dog',
			'"@method": POST',
			'"@authority": service.internal.example',
			`"client-cert": ${CLIENT_CERTIFICATE}`,
		],
		signature:
			'xVMHVpawaAC/0SbHrKRs9i8I3eOs5RtTMGCWXm/9nvZzoHsIg6Mce9315T6xoklyy0yzhD9ah4JHRwMLOgmizw==',
	},
	{
		name: '4.3, a proxy’s second signature, rsa-v1_5-sha256',
		message: {
			method: 'POST',
			url: 'https://origin.host.internal.example/foo',
			headers: {
				'content-digest': DIGEST,
				'content-type': 'application/json',
				'content-length': '18',
				forwarded: 'for=192.0.2.123;host=example.com;proto=https',
			},
		},
		key: RSA_PUBLIC,
		algorithm: 'rsa-v1_5-sha256',
		input:
			'("@method" "@authority" "@path" "content-digest" "content-type" "content-length" "forwarded");created=1618884480;keyid="test-key-rsa";alg="rsa-v1_5-sha256";expires=1618884540',
		lines: [
			'"@method": POST',
			'"@authority": origin.host.internal.example',
			'"@path": /foo',
			`"content-digest": ${DIGEST}`,
			'"content-type": application/json',
			'"content-length": 18',
			'"forwarded": for=192.0.2.123;host=example.com;proto=https',
		],
		signature:
			'S6ZzPXSdAMOPjN/6KXfXWNO/f7V6cHm7BXYUh3YD/fRad4BCaRZxP+JH+8XY1I6+8Cy+CM5g92iHgxtRPz+MjniOaYmdkDcnL9cCpXJleXsOckpURl49GwiyUpZ10KHgOEe11sx3G2gxI8S0jnxQB+Pu68U9vVcasqOWAEObtNKKZd8tSFu7LB5YAv0RAGhB8tmpv7sFnIm9y+7X5kXQfi8NMaZaA8i2ZHwpBdg7a6CMfwnnrtflzvZdXAsD3LH2TwevU+/PBPv0B6NMNk93wUs/vfJvye+YuI87HU38lZHowtznbLVdp770I6VHR6WfgS9ddzirrswsE1w5o0LV/g==',
	},
];

/** B.2.4 signs a response, of which this package has none: only its base and its signature are of use. */
const RESPONSE = {
	base: [
		'"@status": 200',
		'"content-type": application/json',
		'"content-digest": sha-512=:mEWXIS7MaLRuGgxOBdODa3xqM1XdEvxoYhvlCFJ41QJgJc4GTsPp29l5oGX69wWdXymyU0rjJuahq4l5aGgfLQ==:',
		'"content-length": 23',
		'"@signature-params": ("@status" "content-type" "content-digest" "content-length");created=1618884473;keyid="test-key-ecc-p256"',
	].join('\n'),
	body: Buffer.from('{"message": "good dog"}'),
	signature:
		'wNmSUAhwb5LxtOtOpNa6W5xj067m5hFrj0XQ4fvpaCLx0NKocgPquLgyahnzDnDAUy5eCdlYUEkLIj+32oiasw==',
};

const ORIGINAL = {
	method: 'GET',
	url: 'https://example.org/demo?name1=Value1&Name2=value2',
	headers: {
		host: 'example.org',
		date: 'Fri, 15 Jul 2022 14:24:55 GMT',
		accept: ['application/json', '*/*'],
	},
};

/** B.4: the changes that a signature survives, and those that it does not. */
const TRANSFORMATIONS = {
	input: '("@method" "@path" "@authority" "accept");created=1618884473;keyid="test-key-ed25519"',
	signature:
		'ZT1kooQsEHpZ0I1IjCqtQppOmIqlJPeo7DHR3SoMn0s5JZ1eRGS0A+vyYP9t/LXlh5QMFFQ6cpLt2m0pmj3NDA==',
	cases: [
		['as it was signed', ORIGINAL, true],
		[
			'with another header and query',
			{
				...ORIGINAL,
				url: `${ORIGINAL.url}&param=added`,
				headers: { ...ORIGINAL.headers, 'accept-language': 'en-US,en;q=0.5' },
			},
			true,
		],
		[
			'with a combined header',
			{
				...ORIGINAL,
				headers: { referer: 'https://developer.example.org/demo', accept: 'application/json, */*' },
			},
			true,
		],
		[
			'with another method and host',
			{ ...ORIGINAL, method: 'POST', url: 'https://example.com/demo?name1=Value1&Name2=value2' },
			false,
		],
		[
			'with another order of values',
			{ ...ORIGINAL, headers: { ...ORIGINAL.headers, accept: ['*/*', 'application/json'] } },
			false,
		],
	],
};

module.exports = {
	BODY,
	CREATED,
	DIGEST,
	ED25519_PRIVATE,
	ED25519_PUBLIC,
	P256_PRIVATE,
	P256_PUBLIC,
	REQUEST,
	RESPONSE,
	RSA_PSS_PUBLIC,
	RSA_PUBLIC,
	SHARED_SECRET,
	TRANSFORMATIONS,
	VECTORS,
};
