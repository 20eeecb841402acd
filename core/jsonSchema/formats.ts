import { isIpv4Address, isIpv6Address } from '../http/ipAddresses';

import { isDate, isDateTime, isDuration, isTime } from './timeFormats';

/** A format of text that schemas can ask for. */
interface Format {
	/** The requirement for the text, in words. */
	label: string;
	/** Takes time in proportion to the length of the text, whatever it is. */
	test: (text: string) => boolean;
}

const HOST_LABEL = /^[a-z\d](?:[a-z\d-]{0,61}[a-z\d])?$/i;

const isHostname = (text: string): boolean =>
	text.length <= 253 && text.split('.').every((label) => HOST_LABEL.test(label));

const MAX_EMAIL_LENGTH = 320;
const LOCAL_PART = /^[\w!#$%&'*+/=?^`{|}~-]+(?:\.[\w!#$%&'*+/=?^`{|}~-]+)*$/;
const QUOTED_LOCAL_PART = /^"(?:[^"\\\p{Cc}]|\\[^\p{Cc}])*"$/u;

function isEmail(text: string): boolean {
	const at = text.lastIndexOf('@');
	if (at < 1 || text.length > MAX_EMAIL_LENGTH) return false;
	const [local, domain] = [text.slice(0, at), text.slice(at + 1)];
	if (!LOCAL_PART.test(local) && !QUOTED_LOCAL_PART.test(local)) return false;
	const literal = /^\[(.*)\]$/.exec(domain)?.[1];
	if (literal === undefined) return isHostname(domain);
	return literal.startsWith('IPv6:')
		? isIpv6Address(literal.slice('IPv6:'.length))
		: isIpv4Address(literal);
}

/** Finds what no URI has (RFC 3986). A repeated group that matches long text would need too much of the stack. */
const NO_URI_CHARACTER = /[^\w\-.~:/?#[\]@!$&'()*+,;=%]|%(?![\da-f]{2})/i;
const SCHEME = /^[a-z][a-z\d+.-]*:/i;
const AUTHORITY = /^\/\/(?:([^@/?#]*)@)?(\[[^\]]*\]|[^:/?#]*)(?::(\d*))?(?=[/?#]|$)/;

/** Returns whether what follows the scheme of a URI has brackets around an IPv6 address only. */
function hasValidParts(rest: string): boolean {
	const [fragmentless, ...fragments] = rest.split('#');
	if (fragments.length > 1) return false;
	const authority = AUTHORITY.exec(fragmentless);
	if (fragmentless.startsWith('//') && authority === null) return false;
	const [matched = '', user = '', host = ''] = authority ?? [];
	const isBracketed = host.startsWith('[');
	if (isBracketed && !isIpv6Address(host.slice(1, -1)) && !/^\[v[\da-f]+\.[^\]]+\]$/i.test(host)) {
		return false;
	}
	const others = [user, isBracketed ? '' : host, fragmentless.slice(matched.length), ...fragments];
	return others.every((part) => !/[[\]]/.test(part));
}

function isUri(text: string): boolean {
	const scheme = SCHEME.exec(text)?.[0];
	return (
		scheme !== undefined && !NO_URI_CHARACTER.test(text) && hasValidParts(text.slice(scheme.length))
	);
}

/** Returns whether text is a URI, or a path to one: its first part then has no colon. */
const isUriReference = (text: string): boolean =>
	isUri(text) || (!NO_URI_CHARACTER.test(text) && !/^[^/?#]*:/.test(text) && hasValidParts(text));

/** The longest address is an IPv6 one with an IPv4 end. */
const isShortAddress = (text: string): boolean => text.length <= 45;

const UUID = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i;

/** The formats that are checked. Others are told when a schema is saved. */
export const FORMATS: Record<string, Format> = {
	'date-time': { label: 'a date and time such as 2025-01-31T10:00:00Z', test: isDateTime },
	date: { label: 'a date such as 2025-01-31', test: isDate },
	time: { label: 'a time such as 10:00:00Z', test: isTime },
	duration: { label: 'a duration such as P3DT12H', test: isDuration },
	email: { label: 'an email address', test: isEmail },
	hostname: { label: 'a host name', test: isHostname },
	ipv4: { label: 'an IPv4 address', test: (text) => isShortAddress(text) && isIpv4Address(text) },
	ipv6: { label: 'an IPv6 address', test: (text) => isShortAddress(text) && isIpv6Address(text) },
	uri: { label: 'a URI such as https://example.com/a', test: isUri },
	'uri-reference': { label: 'a URI or a path', test: isUriReference },
	uuid: { label: 'a UUID', test: (text) => UUID.test(text) },
};
