import { isInternalHost } from './ipAddresses';

/** An endpoint URL that requests cannot be sent to. */
export class InvalidEndpointUrlError extends Error {
	override readonly name = 'InvalidEndpointUrlError';

	/**
	 * @param fault what is wrong, for the person who entered the URL
	 * @param ownerHint the option that the workflow's owner can turn on
	 */
	constructor(
		readonly fault: string,
		ownerHint?: string,
	) {
		super(ownerHint === undefined ? fault : `${fault} ${ownerHint}`);
	}
}

export interface EndpointUrlRules {
	allowHttp: boolean;
	/** `true` if the URL may lead into n8n's own network. */
	allowInternal: boolean;
	/** The name of the platform, if it sends and accepts webhooks only over HTTPS. */
	httpsOnlyFor?: string;
	/** The name of the URL in messages; by default `endpoint URL`. */
	label?: string;
}

/** Describes an internal host. `URL` writes every IPv4 address with digits, and IPv6 in brackets. */
const describeInternalHost = ({ hostname }: URL): string =>
	/^\[|^[\d.]+$/.test(hostname)
		? 'an address in a private, loopback, link-local or reserved range'
		: 'a name inside n8n’s own network';

/**
 * Checks an endpoint's URL.
 * @param input as entered, e.g. `https://example.com/webhooks?token=wh_…`
 * @returns the URL as it will be requested
 * @throws InvalidEndpointUrlError; its message never repeats user info or the query, which may be secret
 */
export function checkEndpointUrl(input: string, rules: EndpointUrlRules): URL {
	const subject = `The ${rules.label ?? 'endpoint URL'}`;
	const trimmed = input.trim();
	const url = URL.canParse(trimmed) ? new URL(trimmed) : undefined;
	// Don't repeat the input: the text before a colon may be a host or a user name.
	if (url === undefined || !url.href.startsWith(`${url.protocol}//`)) {
		throw new InvalidEndpointUrlError(
			`${subject} is not a URL. Enter the full URL, e.g. https://example.com/webhooks.`,
		);
	}
	if (url.protocol !== 'https:' && url.protocol !== 'http:') {
		throw new InvalidEndpointUrlError(
			`${subject} begins with ${url.protocol}//. Enter a URL that begins with https://.`,
		);
	}
	if (url.username !== '' || url.password !== '') {
		throw new InvalidEndpointUrlError(
			`${subject} contains a user name or a password. Use Basic authentication instead.`,
		);
	}
	if (url.protocol === 'http:' && rules.httpsOnlyFor !== undefined) {
		throw new InvalidEndpointUrlError(
			`${subject} is plain HTTP, and ${rules.httpsOnlyFor} sends webhooks only over HTTPS. Use https://.`,
		);
	}
	if (url.protocol === 'http:' && !rules.allowHttp) {
		throw new InvalidEndpointUrlError(
			`${subject} is plain HTTP, which anyone on the network path can read. Use https://.`,
			'Or turn on the option "Allow Plain HTTP".',
		);
	}
	if (!rules.allowInternal && isInternalHost(url.hostname)) {
		throw new InvalidEndpointUrlError(
			`${subject} leads to ${url.hostname}, ${describeInternalHost(url)}. Enter a URL that is reachable from the internet.`,
			'Or turn on the option "Allow Internal Addresses".',
		);
	}
	return url;
}

/** Formats a URL for items and messages: without its query, which may contain a token. */
export function toPrintableUrl(url: URL): string {
	return `${url.origin}${url.pathname}`;
}

/** Removes a user name and a password from a URL that was not checked, for messages. */
export const removeUserInfo = (url: string): string =>
	url.replace(/^([a-z][a-z0-9+.-]*:\/*)[^/?#]*@/i, '$1');
