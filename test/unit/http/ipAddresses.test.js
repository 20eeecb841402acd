const { BlockList } = require('node:net');

const fc = require('fast-check');

const {
	compileAllowlist,
	isInternalHost,
	normalizeAddress,
} = require('../../../build/core/http/ipAddresses');
const { N8N_BLOCKED_RANGES } = require('../../harness/blockedRanges');

describe('compileAllowlist', () => {
	test('allows the same addresses as Node’s BlockList', () => {
		const v4 = fc.ipV4().map((address) => ({ address, family: 'ipv4', max: 32 }));
		// Mapped addresses count as IPv4 here: see the next test.
		const v6 = fc
			.ipV6()
			.filter((address) => !address.includes('.'))
			.map((address) => ({ address, family: 'ipv6', max: 128 }));
		const entry = fc
			.oneof(v4, v6)
			.chain(({ address, family, max }) =>
				fc.integer({ min: 0, max }).map((prefix) => ({ address, family, prefix })),
			);
		fc.assert(
			fc.property(
				fc.array(entry, { minLength: 1, maxLength: 4 }),
				fc.oneof(v4, v6),
				(list, probe) => {
					const isAllowed = compileAllowlist(
						list.map(({ address, prefix }) => `${address}/${prefix}`),
					);
					// Node's list matches IPv4 addresses with mapped and ::/0 ranges: compare only within a family.
					const sameFamily = list.filter(({ family }) => family === probe.family);
					const reference = new BlockList();
					for (const { address, prefix, family } of sameFamily)
						reference.addSubnet(address, prefix, family);
					expect(isAllowed(probe.address)).toBe(reference.check(probe.address, probe.family));
					for (const { address } of list) expect(isAllowed(address)).toBe(true);
				},
			),
			{ numRuns: 500 },
		);
	});

	test.each([
		['127.0.0.1', '127.0.0.1', true],
		['127.0.0.1', '::ffff:127.0.0.1', true],
		['127.0.0.0/8', '::ffff:7f00:1', true],
		['2001:db8::/32', '2001:db8:1::5', true],
		['2001:db8::/32', '2001:db9::', false],
		['0.0.0.0/0', '8.8.8.8', true],
		['10.0.0.0/8', '', false],
		['10.0.0.0/8', '10.0.0.1.evil', false],
		['10.0.0.0/8', '010.0.0.1', false],
		['203.0.113.7', '203.0.113.7:1234', true],
		['203.0.113.7', '203.0.113.8:1234', false],
		['203.0.113.7', ' 203.0.113.7 ', true],
		['203.0.113.7', '203.0.113.7:evil', false],
		['203.0.113.7', '203.0.113.7:123456', false],
		['203.0.113.7', '[::ffff:203.0.113.7]:443', true],
		['203.0.113.7', '::FFFF:CB00:7107', true],
		['2001:db8::/32', '[2001:db8::1]:443', true],
		['2001:db8::/32', '[2001:DB8::1]', true],
		['2001:db8::/32', '"[2001:db8::1]:443"', true],
		['2001:db8::/32', '[2001:db9::1]:443', false],
		['2001:db8::/32', '[2001:db8::1]evil', false],
		['fe80::/10', 'fe80::1%eth0', true],
		['fe80::/10', '[fe80::1%25eth0]:80', true],
		['203.0.113.7:443', '203.0.113.7', true],
		['[2001:db8::]/32', '2001:db8::1', true],
		['[2001:DB8::1]:443', '2001:db8::1', true],
		['[2001:db8::1]:443', '2001:db8::2', false],
		['fe80::1%eth0', 'fe80::1%eth1', true],
		['::ffff:203.0.113.0/120', '203.0.113.9', true],
		['::ffff:203.0.113.0/120', '203.0.114.9', false],
		['::ffff:0:0/96', '203.0.113.9', true],
		['::ffff:203.0.113.0/24', '203.0.113.9', true],
	])('with the entry %s, for the address %j, returns %s', (entry, address, expected) => {
		expect(compileAllowlist([entry])(address)).toBe(expected);
	});

	test.each([
		'10.0.0.0/33',
		'::/129',
		'10.0.0',
		'host',
		'10.0.0.0/',
		'10.0.0.0/8/8',
		'1::2::3',
		'10.0.0.0/-1',
		'::ffff:10.0.0.0/33',
		'::ffff:10.0.0.0/95',
		'::ffff:10.0.0.0/129',
		'10.0.0.0/120',
		'[10.0.0.0',
		'10.0.0.0:',
		'',
	])('rejects the entry %j', (entry) => {
		expect(() => compileAllowlist([entry])).toThrow('is not an IP address or a CIDR range');
	});
});

describe('normalizeAddress', () => {
	test.each([
		['203.0.113.7', '203.0.113.7'],
		['203.0.113.7:1234', '203.0.113.7'],
		['::ffff:203.0.113.7', '203.0.113.7'],
		['::FFFF:203.0.113.7:1234', '203.0.113.7'],
		['[::ffff:cb00:7107]:443', '203.0.113.7'],
		['[2001:DB8:0:0::1]:443', '2001:db8::1'],
		['2001:0db8:0000:0001:0000:0000:0000:0001', '2001:db8:0:1::1'],
		['2001:db8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
		['2001:db8:10:0:0:1:2:3', '2001:db8:10::1:2:3'],
		['2001:db8:1:1:1:1:0:1', '2001:db8:1:1:1:1:0:1'],
		['fe80::1%eth0', 'fe80::1'],
		['::', '::'],
		['::1', '::1'],
		['1::', '1::'],
		[' 10.0.0.1 ', '10.0.0.1'],
		['"[2001:db8::1]"', '2001:db8::1'],
		['unknown', 'unknown'],
		['', ''],
		['x'.repeat(5000), 'x'.repeat(100)],
	])('writes %j as %j', (text, expected) => {
		expect(normalizeAddress(text)).toBe(expected);
	});

	test('writes an address as URL does, and leaves it alone the second time', () => {
		fc.assert(
			fc.property(fc.ipV6(), (address) => {
				const normalized = normalizeAddress(`[${address}]:8443`);
				if (!normalized.includes('.')) {
					expect(`[${normalized}]`).toBe(new URL(`http://[${address}]`).hostname);
				}
				expect(normalizeAddress(normalized)).toBe(normalized);
			}),
		);
	});
});

describe('isInternalHost', () => {
	// https://www.iana.org/assignments/iana-ipv4-special-registry: what is not globally reachable, and
	// multicast. 192.0.0.0/24 is blocked as a whole, as in n8n's own list.
	const IANA_V4 = [
		...['0.0.0.0/8', '10.0.0.0/8', '100.64.0.0/10', '127.0.0.0/8', '169.254.0.0/16'],
		...['172.16.0.0/12', '192.0.0.0/24', '192.0.2.0/24', '192.88.99.0/24', '192.168.0.0/16'],
		...['198.18.0.0/15', '198.51.100.0/24', '203.0.113.0/24', '224.0.0.0/4', '240.0.0.0/4'],
		'255.255.255.255/32',
	];
	// https://www.iana.org/assignments/ipv6-address-space: what is not global unicast.
	// https://www.iana.org/assignments/iana-ipv6-special-registry: what is not globally reachable. 2001::/23 is
	// blocked as a whole, since nothing in its reachable parts receives webhooks.
	const IANA_V6 = [
		...['::/8', '100::/8', '200::/7', '400::/6', '800::/5', '1000::/4', '4000::/3', '6000::/3'],
		...['8000::/3', 'a000::/3', 'c000::/3', 'e000::/4', 'f000::/5', 'f800::/6', 'fc00::/7'],
		...['fe00::/9', 'fe80::/10', 'fec0::/10', 'ff00::/8', '::/128', '::1/128'],
		...['64:ff9b:1::/48', '100::/64', '100:0:0:1::/64', '2001::/23', '2001::/32', '2001:2::/48'],
		...['2001:10::/28', '2001:db8::/32', '3fff::/20', '5f00::/16'],
	];
	const RANGES = [...new Set([...N8N_BLOCKED_RANGES, ...IANA_V4, ...IANA_V6])].map((range) => {
		const [address, prefix] = range.split('/');
		return { address, prefix: Number(prefix), family: address.includes(':') ? 'ipv6' : 'ipv4' };
	});
	const lists = { ipv4: new BlockList(), ipv6: new BlockList() };
	for (const { address, family, prefix } of RANGES)
		lists[family].addSubnet(address, prefix, family);

	/** Parses an address into a number. IPv6 addresses must not end in a dotted IPv4 address. */
	function parseAddress(address) {
		if (!address.includes(':')) {
			return address.split('.').reduce((bits, part) => bits * 256n + BigInt(part), 0n);
		}
		const [head, tail] = address.split('::').map((half) => half.split(':').filter(Boolean));
		const groups = [
			...head,
			...Array(8 - head.length - (tail?.length ?? 0)).fill('0'),
			...(tail ?? []),
		];
		return groups.reduce((bits, group) => bits * 65536n + BigInt(`0x${group}`), 0n);
	}
	const splitBits = (bits, count, width) =>
		Array.from({ length: count }, (_, n) =>
			Number((bits >> BigInt((count - 1 - n) * width)) & ((1n << BigInt(width)) - 1n)),
		);
	const formatV4 = (bits) => splitBits(bits, 4, 8).join('.');
	const formatV6Groups = (bits) => splitBits(bits, 8, 16).map((part) => part.toString(16));

	/** Extracts the IPv4 address that an IPv6 address leads to: RFC 4291 (mapped), RFC 6052, RFC 3056. */
	function extractV4(bits) {
		if (bits >> 32n === 0xffffn || bits >> 32n === 0x64ff9bn << 64n) return bits & 0xffffffffn;
		return bits >> 112n === 0x2002n ? (bits >> 80n) & 0xffffffffn : undefined;
	}
	function isInternal(bits, family) {
		const v4 = family === 'ipv4' ? bits : extractV4(bits);
		return v4 === undefined
			? lists.ipv6.check(formatV6Groups(bits).join(':'), 'ipv6')
			: lists.ipv4.check(formatV4(v4), 'ipv4');
	}

	/** Addresses at the edges of the ranges, and any others. */
	const anyBits = (family) => {
		const width = family === 'ipv4' ? 32n : 128n;
		const max = (1n << width) - 1n;
		const edges = RANGES.filter((range) => range.family === family).flatMap(
			({ address, prefix }) => {
				const first = parseAddress(address);
				const last = first + (1n << (width - BigInt(prefix))) - 1n;
				return [first - 1n, first, first + 1n, last - 1n, last, last + 1n];
			},
		);
		return fc.oneof(
			{
				weight: 3,
				arbitrary: fc.constantFrom(...edges.filter((bits) => bits >= 0n && bits <= max)),
			},
			fc.bigInt({ min: 0n, max }),
		);
	};
	const v6Bits = fc.oneof(
		anyBits('ipv6'),
		anyBits('ipv4'),
		anyBits('ipv4').map((v4) => (0xffffn << 32n) | v4),
		anyBits('ipv4').map((v4) => (0x64ff9bn << 96n) | v4),
		fc
			.tuple(anyBits('ipv4'), fc.bigInt({ min: 0n, max: (1n << 80n) - 1n }))
			.map(([v4, rest]) => (0x2002n << 112n) | (v4 << 80n) | rest),
	);

	const DOTS = ['.', '。', '．', '｡', '%2e', '%E3%80%82'];
	const DIGITS = [
		(digit) => digit,
		(digit) => String.fromCodePoint(0xff10 + Number(digit)),
		(digit) => String.fromCodePoint(0x1d7d8 + Number(digit)),
		(digit) => `%3${digit}`,
	];
	const NUMBERS = [
		(value) => String(value),
		(value) => `0${value.toString(8)}`,
		(value) => `000${value.toString(8)}`,
		(value) => `0x${value.toString(16)}`,
		(value) => `0X00${value.toString(16).toUpperCase()}`,
	];
	/** Chooses entries of lists by a list of numbers, which it repeats. */
	const createChooser = (choices) => {
		let count = 0;
		return (list) => list[choices[(count += 1) % choices.length] % list.length];
	};

	/** Writes an IPv4 address in one of the ways that URLs accept. */
	function spellV4(bits, choices) {
		const choose = createChooser(choices);
		const partCount = choose([1, 2, 3, 4]);
		const parts = [
			...splitBits(bits, 4, 8).slice(0, partCount - 1),
			Number(bits & ((1n << BigInt(8 * (5 - partCount))) - 1n)),
		];
		const text = parts
			.map((part) => choose(NUMBERS)(part).replace(/\d/g, (digit) => choose(DIGITS)(digit)))
			.reduce((whole, part) => `${whole}${choose(DOTS)}${part}`);
		return `${text}${choose(['', '.', '。'])}`;
	}

	/** Writes an IPv6 address in one of the ways that URLs accept. */
	function spellV6(bits, choices) {
		const choose = createChooser(choices);
		const groups = formatV6Groups(bits).map((group) =>
			choose([group, group.padStart(4, '0'), group.toUpperCase()]),
		);
		if (choose([false, true])) groups.splice(6, 2, formatV4(bits & 0xffffffffn));
		const text = groups.join(':');
		const zeros = choose([false, true]) ? /(?:^|:)(?:0+(?::|$)){2,}/ : /$^/;
		return `[${text.replace(zeros, '::')}]`;
	}

	const getHost = (spelling) => new URL(`https://${spelling}/`).hostname;
	const choices = fc.array(fc.nat(1000), { minLength: 7, maxLength: 23 });

	test('returns true for the IPv4 addresses of the blocked ranges, in any notation', () => {
		fc.assert(
			fc.property(anyBits('ipv4'), choices, (bits, chosen) => {
				const host = getHost(spellV4(bits, chosen));
				expect(host).toBe(formatV4(bits));
				expect(isInternalHost(host)).toBe(isInternal(bits, 'ipv4'));
			}),
			{ numRuns: 1500 },
		);
	});

	test('returns true for the IPv6 addresses of the blocked ranges and those that lead to a blocked IPv4 address', () => {
		fc.assert(
			fc.property(v6Bits, choices, (bits, chosen) => {
				const host = getHost(spellV6(bits, chosen));
				expect(parseAddress(host.slice(1, -1))).toBe(bits);
				expect(isInternalHost(host)).toBe(isInternal(bits, 'ipv6'));
			}),
			{ numRuns: 2500 },
		);
	});

	test.each(N8N_BLOCKED_RANGES)('returns true for %s, which n8n blocks too', (range) => {
		const [address, prefix] = range.split('/');
		const width = address.includes(':') ? 128n : 32n;
		const first = parseAddress(address);
		const last = first + (1n << (width - BigInt(prefix))) - 1n;
		for (const bits of [first, (first + last) / 2n, last]) {
			const host = width === 32n ? formatV4(bits) : `[${formatV6Groups(bits).join(':')}]`;
			expect([host, isInternalHost(host)]).toEqual([host, true]);
		}
	});

	test.each([
		'127.0.0.1',
		'127.0.0.1.',
		'127.1',
		'2130706433',
		'0x7f.1',
		'0177.0.0.01',
		'0x7F000001',
		'0',
		'127。0。0。1',
		'１２７.0.0.1',
		'①②⑦.0.0.1',
		'%31%32%37.0.0.1',
		'10.1.2.3',
		'169.254.169.254',
		'100.100.100.200',
		'255.255.255.255',
		'[::]',
		'[::1]',
		'[0:0:0:0:0:0:0:1]',
		'[::FFFF:127.0.0.1]',
		'[::ffff:a9fe:a9fe]',
		'[::127.0.0.1]',
		'[::ffff:0:127.0.0.1]',
		'[64:ff9b::10.0.0.1]',
		'[64:ff9b:1::8.8.8.8]',
		'[2002:7f00:1::]',
		'[2001:0:4136:e378:8000:63bf:3fff:fdd2]',
		'[fd00:ec2::254]',
		'[fe80::1]',
		'localhost',
		'localhost.',
		'LocalHost',
		'%6cocalhost',
		'ⓛocalhost',
		'lo\u00adcalhost',
		'api.localhost',
		'a.b.localhost.',
		'notlocalhost',
	])('returns true for %s', (spelling) => {
		expect(isInternalHost(getHost(spelling))).toBe(true);
	});

	test.each([
		'8.8.8.8',
		'1.1.1.1',
		'134744072',
		'172.15.255.255',
		'172.32.0.0',
		'192.167.255.255',
		'223.255.255.255',
		'[2606:4700::1111]',
		'[2001:4860:4860::8888]',
		'[::ffff:8.8.8.8]',
		'[64:ff9b::8.8.8.8]',
		'[2002:808:808::1]',
		'example.com',
		'example.com.',
		'127.0.0.1.nip.io',
		'localhost.example.com',
		'10.example',
		'fe80.example',
	])('returns false for %s', (spelling) => {
		expect(isInternalHost(getHost(spelling))).toBe(false);
	});

	test.each(['[fe80::1%25eth0]', '[fe80::1%eth0]', '127.0.0.256', '1.2.3.4.5', '08.0.0.1'])(
		'is never called with %s, which no URL can have as its host',
		(spelling) => {
			expect(URL.canParse(`https://${spelling}/`)).toBe(false);
		},
	);
});
