import { isInternalName } from './internalNames';

/** An entry of an allowlist that is neither an address nor a range. */
export class InvalidAddressError extends Error {
	override readonly name = 'InvalidAddressError';
}

interface Address {
	bits: bigint;
	width: 32 | 128;
}

function parseV4(address: string): bigint | undefined {
	const parts = address.split('.');
	if (parts.length !== 4) return undefined;
	let bits = 0n;
	for (const part of parts) {
		// Reject leading zeros: some parsers read them as octal.
		if (!/^(?:0|[1-9]\d{0,2})$/.test(part) || Number(part) > 255) return undefined;
		bits = (bits << 8n) | BigInt(part);
	}
	return bits;
}

/** Rewrites a dotted IPv4 end, e.g. of `::ffff:1.2.3.4`, as two groups of hex digits. */
function expandV4End(address: string): string | undefined {
	const lastColon = address.lastIndexOf(':');
	if (lastColon === -1 || !address.includes('.')) return address;
	const v4 = parseV4(address.slice(lastColon + 1));
	if (v4 === undefined) return undefined;
	return `${address.slice(0, lastColon + 1)}${(v4 >> 16n).toString(16)}:${(v4 & 0xffffn).toString(16)}`;
}

const splitGroups = (half: string): string[] => (half === '' ? [] : half.split(':'));

function parseV6(address: string): bigint | undefined {
	const halves = expandV4End(address)?.split('::');
	if (halves === undefined || halves.length > 2) return undefined;
	const [head, tail = []] = halves.map(splitGroups);
	const missing = 8 - head.length - tail.length;
	if (halves.length === 2 ? missing < 1 : missing !== 0) return undefined;
	const groups = [...head, ...Array<string>(missing).fill('0'), ...tail];
	if (!groups.every((group) => /^[0-9a-f]{1,4}$/i.test(group))) return undefined;
	return groups.reduce((bits, group) => (bits << 16n) | BigInt(`0x${group}`), 0n);
}

/** Returns whether text is an IPv4 address in four decimal parts. */
export const isIpv4Address = (text: string): boolean => parseV4(text) !== undefined;

/** Returns whether text is an IPv6 address, without a zone or a prefix length. */
export const isIpv6Address = (text: string): boolean => parseV6(text) !== undefined;

const MAPPED_PREFIX = 0xffffn;

/** Parses an IP address; an IPv4 address written as IPv6 (`::ffff:1.2.3.4`) counts as IPv4. */
function parseAddress(address: string): Address | undefined {
	const v4 = parseV4(address);
	if (v4 !== undefined) return { bits: v4, width: 32 };
	const v6 = address.includes(':') ? parseV6(address) : undefined;
	if (v6 === undefined) return undefined;
	return v6 >> 32n === MAPPED_PREFIX
		? { bits: v6 & 0xffffffffn, width: 32 }
		: { bits: v6, width: 128 };
}

/**
 * Removes what proxies write around an address: quotes, brackets, a port and a zone, e.g. of
 * `[2001:db8::1]:443`.
 */
function unwrapAddress(text: string): string {
	const unquoted = text.trim().replace(/^"(.*)"$/, '$1');
	const bracketed = /^\[([^\]]*)\](?::\d{1,5})?$/.exec(unquoted)?.[1];
	const bare = bracketed ?? unquoted.replace(/(\.\d{1,3}):\d{1,5}$/, '$1');
	return bare.includes(':') ? bare.replace(/%[\w.~-]+$/, '') : bare;
}

const formatV4 = (bits: bigint): string =>
	[24n, 16n, 8n, 0n].map((shift) => (bits >> shift) & 0xffn).join('.');

/** Formats an IPv6 address in its canonical form (https://www.rfc-editor.org/rfc/rfc5952#section-4). */
function formatV6(bits: bigint): string {
	const groups = Array.from({ length: 8 }, (_, index) =>
		((bits >> BigInt(112 - 16 * index)) & 0xffffn).toString(16),
	);
	const text = groups.join(':');
	const runs = text.match(/\b0(?::0)+\b/g) ?? [];
	const [longest] = runs.sort((a, b) => b.length - a.length);
	return longest === undefined ? text : text.replace(new RegExp(`(?:^|:)${longest}(?::|$)`), '::');
}

/** The longest text that {@link normalizeAddress} returns unchanged. */
const MAX_TEXT_LENGTH = 100;

/**
 * Returns a caller's address in its canonical form, however the proxy wrote it: without port, brackets and
 * zone, an IPv4 address never as IPv6. Other text is returned as it is, up to 100 characters.
 * @example
 * normalizeAddress('[2001:DB8::1]:443'); // '2001:db8::1'
 * normalizeAddress('::ffff:203.0.113.7'); // '203.0.113.7'
 */
export function normalizeAddress(text: string): string {
	const address = parseAddress(unwrapAddress(text));
	if (address === undefined) return text.trim().slice(0, MAX_TEXT_LENGTH);
	return address.width === 32 ? formatV4(address.bits) : formatV6(address.bits);
}

interface Range {
	width: Address['width'];
	/** Number of bits in an address after the network's. */
	shift: bigint;
	network: bigint;
}

/** Reads the length after the slash. For an IPv4 address written as IPv6, it may be out of 128 bits. */
function readPrefixLength(text: string, address: Address | undefined, prefix: string): number {
	const length = Number(prefix);
	return text.includes(':') && address?.width === 32 && length >= 96 ? length - 96 : length;
}

function parseRange(entry: string): Range {
	const [start, prefix, ...rest] = entry.split('/');
	const unwrapped = unwrapAddress(start);
	const address = parseAddress(unwrapped);
	const length =
		prefix === undefined ? address?.width : readPrefixLength(unwrapped, address, prefix);
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
}

/**
 * Creates a function that returns whether an address is on a list.
 * @param entries addresses and CIDR ranges, e.g. `203.0.113.7` or `2001:db8::/32`, with or without brackets
 * @returns a function that takes an address however a proxy writes it, e.g. with a port
 * @throws InvalidAddressError naming the entry
 */
export function compileAllowlist(entries: string[]): (address: string) => boolean {
	const ranges = entries.map(parseRange);
	return (candidate) => {
		const address = parseAddress(unwrapAddress(candidate));
		return (
			address !== undefined &&
			ranges.some(
				({ width, shift, network }) => width === address.width && address.bits >> shift === network,
			)
		);
	};
}

/**
 * Ranges that lead into the network that n8n runs in, or nowhere: n8n's default for
 * N8N_SSRF_BLOCKED_IP_RANGES, the ranges that IANA lists as not globally reachable, multicast and reserved
 * ranges.
 * @see https://www.iana.org/assignments/iana-ipv4-special-registry
 * @see https://www.iana.org/assignments/iana-ipv6-special-registry
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
	// IANA assigns addresses only from 2000::/3 of IPv6: these are all others.
	'::/3',
	'4000::/2',
	'8000::/1',
	'2001::/23',
	'2001:db8::/32',
	'3fff::/20',
];

const isInternal = compileAllowlist(INTERNAL_RANGES);

/**
 * Prefixes of IPv6 addresses that contain the IPv4 address they lead to, and the number of bits after it:
 * NAT64 (RFC 6052) and 6to4 (RFC 3056).
 */
const V4_IN_V6: Array<{ matches: (address: string) => boolean; shift: bigint }> = [
	{ matches: compileAllowlist(['64:ff9b::/96']), shift: 0n },
	{ matches: compileAllowlist(['2002::/16']), shift: 80n },
];

/**
 * Returns whether a URL's host leads into n8n's own network: an IP address in a loopback, private,
 * link-local, metadata or reserved range, however it is written, or an internal name. What other names
 * resolve to is checked by n8n's egress protection (docs/security.md).
 * @param hostname from `URL`, which writes every form of an IPv4 address with four numbers
 */
export function isInternalHost(hostname: string): boolean {
	const name = hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '');
	const address = parseAddress(name);
	if (address === undefined) return isInternalName(name.toLowerCase());
	const embedding = V4_IN_V6.find(({ matches }) => matches(name));
	return isInternal(embedding === undefined ? name : formatV4(address.bits >> embedding.shift));
}
