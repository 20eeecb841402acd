import pick from 'lodash/pick';

import { PAGE, SCRIPT, SCRIPT_HASH, STYLE, STYLE_HASH, TEXTS } from './pageSource';
import type { PortalSettings } from './portalSettings';

/** The page for subscribers. It holds no data: it asks for it with the key in its own URL. */

/**
 * The permissions of a page in n8n's sandbox: n8n's own list (packages/core/src/html-sandbox.ts), without what the portal
 * does not need. It has no origin, so it can read neither n8n's cookies nor its storage.
 */
const SANDBOX = ['allow-forms', 'allow-scripts', 'allow-top-navigation-by-user-activation'];

const ESCAPES: Record<string, string> = {
	'&': '&amp;',
	'<': '&lt;',
	'>': '&gt;',
	'"': '&quot;',
	"'": '&#39;',
};

const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (found) => ESCAPES[found]);

/** Writes JSON that cannot end the element that it is in. */
const toInlineJson = (value: object): string =>
	JSON.stringify(value).replace(
		/[<>\u2028\u2029]/g,
		(found) => `\\u${found.charCodeAt(0).toString(16).padStart(4, '0')}`,
	);

/** Builds the policy: nothing is loaded, and calls go to the page's own server only. */
function buildPolicy({ frameAncestors }: PortalSettings): string {
	return [
		`sandbox ${SANDBOX.join(' ')}`,
		"default-src 'none'",
		`script-src ${SCRIPT_HASH}`,
		`style-src ${STYLE_HASH}`,
		'img-src data:',
		"connect-src 'self'",
		"form-action 'none'",
		"base-uri 'none'",
		`frame-ancestors ${frameAncestors.length === 0 ? "'none'" : frameAncestors.join(' ')}`,
	].join('; ');
}

/** Returns the headers of the page. */
export const buildPortalHeaders = (settings: PortalSettings): Record<string, string> => ({
	'Content-Type': 'text/html; charset=utf-8',
	'Content-Security-Policy': buildPolicy(settings),
	'Referrer-Policy': 'no-referrer',
	'Cache-Control': 'no-store',
	'X-Content-Type-Options': 'nosniff',
	'X-Robots-Tag': 'noindex',
});

/**
 * Returns the page.
 * @example
 * const settings = parsePortalSettings({ name: 'Acme' });
 * response.writeHead(200, buildPortalHeaders(settings)).end(buildPortalPage(settings));
 */
export function buildPortalPage(settings: PortalSettings): string {
	const { accentColor, accentTextColor, language, logo, name, refreshUrl } = settings;
	const texts = { ...TEXTS, ...pick(settings.texts, Object.keys(TEXTS)) };
	const parts: Record<string, string> = {
		language: escapeHtml(language),
		title: escapeHtml(name || texts.name),
		skip: escapeHtml(texts.skip),
		noscript: escapeHtml(texts.noscript),
		style: STYLE,
		config: toInlineJson({ name, logo, accentColor, accentTextColor, refreshUrl, texts }),
		script: SCRIPT,
	};
	return PAGE.replace(/\{\{(\w+)\}\}/g, (_, part: string) => parts[part]);
}
