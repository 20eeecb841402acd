import { isInternalHost } from './ipAddresses';

/** An endpoint's address that cannot be sent to. */
export class InvalidEndpointUrlError extends Error {
	override readonly name = 'InvalidEndpointUrlError';

	/**
	 * @param fault what is wrong, for whoever gave the URL
	 * @param allowance what the workflow's owner can switch on
	 */
	constructor(
		readonly fault: string,
		allowance?: string,
	) {
		super(allowance === undefined ? fault : `${fault} ${allowance}`);
	}
}

export interface EndpointUrlRules {
	allowHttp: boolean;
	/** Whether the URL may lead into n8n's own network. */
	allowInternal: boolean;
	/** The name of a platform that sends and takes webhooks over HTTPS only. */
	httpsOnlyFor?: string;
}

/**
 * Checks an endpoint's URL.
 * @returns the URL as it will be requested
 * @throws InvalidEndpointUrlError; the message never repeats user info or the query, where secrets stand
 */
export function checkEndpointUrl(text: string, rules: EndpointUrlRules): URL {
	const whole = text.trim();
	const url = URL.canParse(whole) ? new URL(whole) : undefined;
	// What stands before a colon alone may be a host or a user name: it is not repeated.
	if (url === undefined || !url.href.startsWith(`${url.protocol}//`)) {
		throw new InvalidEndpointUrlError(
			'The endpoint URL is not a URL. Write it whole, e.g. https://example.com/webhooks.',
		);
	}
	if (url.protocol !== 'https:' && url.protocol !== 'http:') {
		throw new InvalidEndpointUrlError(
			`The endpoint URL begins with ${url.protocol}//. Webhooks are sent to https:// addresses.`,
		);
	}
	if (url.username !== '' || url.password !== '') {
		throw new InvalidEndpointUrlError(
			'The endpoint URL holds a user name or a password. Give them as Basic authentication instead.',
		);
	}
	if (url.protocol === 'http:' && rules.httpsOnlyFor !== undefined) {
		throw new InvalidEndpointUrlError(
			`The endpoint URL is plain HTTP, and webhooks of ${rules.httpsOnlyFor} go over HTTPS only. Use https://.`,
		);
	}
	if (url.protocol === 'http:' && !rules.allowHttp) {
		throw new InvalidEndpointUrlError(
			'The endpoint URL is plain HTTP, which anyone on the way can read. Use https://.',
			'Or switch on the option "Allow Plain HTTP".',
		);
	}
	if (!rules.allowInternal && isInternalHost(url.hostname)) {
		throw new InvalidEndpointUrlError(
			`The endpoint URL leads to ${url.hostname}, an address of a private, loopback, link-local or reserved range. Give one that can be reached from everywhere.`,
			'Or switch on the option "Allow Internal Addresses".',
		);
	}
	return url;
}

/** A URL without its query, for items and messages: tokens stand in queries. */
export function toPrintableUrl(url: URL): string {
	return `${url.origin}${url.pathname}`;
}
