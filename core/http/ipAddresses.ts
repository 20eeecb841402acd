/** An allowlist entry that cannot be read. */
export class InvalidAddressError extends Error {
	override readonly name = 'InvalidAddressError';
}

interface Address {
	bits: bigint;
	width: 32 | 128;
}

function parseV4(text: string): bigint | undefined {
	const parts = text.split('.');
	if (parts.length !== 4) return undefined;
	let bits = 0n;
	for (const part of parts) {
		// Leading zeros are refused: some readers take them for octal.
		if (!/^(?:0|[1-9]\d{0,2})$/.test(part) || Number(part) > 255) return undefined;
		bits = (bits << 8n) | BigInt(part);
	}
	return bits;
}

function parseV6(text: string): bigint | undefined {
	let groups = text;
	const lastColon = text.lastIndexOf(':');
	if (lastColon !== -1 && text.includes('.')) {
		const v4 = parseV4(text.slice(lastColon + 1));
		if (v4 === undefined) return undefined;
		groups = `${text.slice(0, lastColon + 1)}${(v4 >> 16n).toString(16)}:${(v4 & 0xffffn).toString(16)}`;
	}
	const halves = groups.split('::');
	if (halves.length > 2) return undefined;
	const read = (half: string): string[] => (half === '' ? [] : half.split(':'));
	const head = read(halves[0]);
	const tail = halves.length === 2 ? read(halves[1]) : [];
	const missing = 8 - head.length - tail.length;
	if (halves.length === 2 ? missing < 1 : missing !== 0) return undefined;
	const all = [...head, ...Array<string>(missing).fill('0'), ...tail];
	if (!all.every((group) => /^[0-9a-f]{1,4}$/i.test(group))) return undefined;
	return all.reduce((bits, group) => (bits << 16n) | BigInt(`0x${group}`), 0n);
}

const MAPPED_PREFIX = 0xffffn;

/** Reads an IP address; an IPv4 address written as IPv6 (`::ffff:1.2.3.4`) counts as IPv4. */
function parseAddress(text: string): Address | undefined {
	const v4 = parseV4(text);
	if (v4 !== undefined) return { bits: v4, width: 32 };
	const v6 = text.includes(':') ? parseV6(text) : undefined;
	if (v6 === undefined) return undefined;
	return v6 >> 32n === MAPPED_PREFIX
		? { bits: v6 & 0xffffffffn, width: 32 }
		: { bits: v6, width: 128 };
}

/**
 * Makes a function that tells whether an address is on a list.
 * @param entries addresses and CIDR ranges, e.g. `203.0.113.7` or `2001:db8::/32`
 * @throws InvalidAddressError naming the entry
 */
export function compileAllowlist(entries: string[]): (address: string) => boolean {
	const ranges = entries.map((entry) => {
		const [text, prefix, ...rest] = entry.split('/');
		const address = parseAddress(text);
		const length = prefix === undefined ? address?.width : Number(prefix);
		if (
			address === undefined ||
			length === undefined ||
			rest.length > 0 ||
			(prefix !== undefined && !/^\d{1,3}$/.test(prefix)) ||
			length > address.width
		) {
			throw new InvalidAddressError(
				`"${entry}" is not an IP address or a CIDR range. Write e.g. 203.0.113.7, 203.0.113.0/24 or 2001:db8::/32.`,
			);
		}
		const shift = BigInt(address.width - length);
		return { width: address.width, shift, network: address.bits >> shift };
	});
	return (text) => {
		const address = parseAddress(text);
		return (
			address !== undefined &&
			ranges.some(
				({ width, shift, network }) => width === address.width && address.bits >> shift === network,
			)
		);
	};
}

/**
 * Ranges that lead into the network that n8n runs in, or nowhere: n8n's own list
 * (N8N_SSRF_BLOCKED_IP_RANGES), what IANA's special-purpose registries call not globally reachable,
 * multicast and what is reserved.
 */
const INTERNAL_RANGES = [
	'0.0.0.0/8',
	'10.0.0.0/8',
	'100.64.0.0/10',
	'127.0.0.0/8',
	'169.254.0.0/16',
	'172.16.0.0/12',
	'192.0.0.0/24',
	'192.0.2.0/24',
	'192.88.99.0/24',
	'192.168.0.0/16',
	'198.18.0.0/15',
	'198.51.100.0/24',
	'203.0.113.0/24',
	'224.0.0.0/3',
	// Of IPv6, IANA has given out 2000::/3 alone: these are all others.
	'::/3',
	'4000::/2',
	'8000::/1',
	'2001::/23',
	'2001:db8::/32',
	'3fff::/20',
];

const isInternal = compileAllowlist(INTERNAL_RANGES);

/**
 * Prefixes of IPv6 addresses that lead to an IPv4 address, and how far from the right it begins: NAT64
 * (RFC 6052) and 6to4 (RFC 3056).
 */
const EMBEDDING: Array<{ isOne: (address: string) => boolean; shift: bigint }> = [
	{ isOne: compileAllowlist(['64:ff9b::/96']), shift: 0n },
	{ isOne: compileAllowlist(['2002::/16']), shift: 80n },
];

const v4Text = (bits: bigint): string =>
	[24n, 16n, 8n, 0n].map((shift) => (bits >> shift) & 0xffn).join('.');

/**
 * Whether a URL's host leads into n8n's own network: an address literal of a loopback, private,
 * link-local, metadata or reserved range, however it is written, or the name `localhost`. Other names
 * are n8n's to look up, and its egress protection's to refuse.
 * @param hostname as `URL` has it, which writes every form of an IPv4 address with four numbers
 */
export function isInternalHost(hostname: string): boolean {
	const name = hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '');
	if (name === 'localhost' || name.endsWith('.localhost')) return true;
	const { bits } = parseAddress(name) ?? {};
	if (bits === undefined) return false;
	const embedding = EMBEDDING.find(({ isOne }) => isOne(name));
	return isInternal(embedding === undefined ? name : v4Text(bits >> embedding.shift));
}
