import { z } from 'zod';

import { parseJson } from '../lib/json';
import { isObject } from '../lib/fieldPath';

import { TEXTS } from './pageSource';

/** The owner's choices for the portal. */
export interface PortalSettings {
	/** Empty for the text `name`. */
	name: string;
	/** A `data:` URL; empty for none. */
	logo: string;
	/** CSS colors; empty for the page's own. */
	accentColor: string;
	accentTextColor: string;
	/** Texts by key that replace the English ones. */
	texts: Record<string, string>;
	/** Language of the texts, e.g. `en`. */
	language: string;
	/** Origins whose pages may show the portal in a frame. */
	frameAncestors: string[];
	/** Where subscribers get a new link; empty for none. */
	refreshUrl: string;
}

/** Settings that would not work. The message says which one, and what to enter. */
export class InvalidPortalError extends Error {
	override readonly name = 'InvalidPortalError';
}

const MAX_LOGO_LENGTH = 65_536;

const LOGO = /^data:image\/(?:png|jpeg|webp|gif|svg\+xml);base64,[A-Za-z0-9+/]+={0,2}$/;

const COLOR = /^#(?:[0-9a-f]{3}|[0-9a-f]{6})$/i;

const LANGUAGE = /^[a-z]{2,3}(?:-[A-Za-z0-9]{2,8})*$/;

/** A scheme and a host, which may begin with `*.`, and a port. Anything else could end the policy's directive. */
const ORIGIN = /^https?:\/\/(?:\*\.)?[a-z0-9-]+(?:\.[a-z0-9-]+)*(?::\d{1,5})?$/i;

const textsSchema = z.record(z.string().max(1000));

function fail(message: string): never {
	throw new InvalidPortalError(message);
}

const readText = (fields: Record<string, unknown>, name: string): string =>
	String(fields[name] ?? '').trim();

/** Reads a text of a certain form, or none. */
function readFormed(
	fields: Record<string, unknown>,
	name: string,
	form: RegExp,
	advice: string,
): string {
	const text = readText(fields, name);
	return text === '' || form.test(text) ? text : fail(advice);
}

/** Reads the texts: JSON, as text or parsed. */
function readTexts(value: unknown): Record<string, string> {
	if (value === undefined || value === '') return {};
	const json = typeof value === 'string' ? parseJson(value)?.value : value;
	const parsed = textsSchema.safeParse(json);
	if (!isObject(json) || !parsed.success) {
		return fail(
			'"Texts" of the portal is not a JSON object of texts. Enter e.g. {"endpoints.title": "Adressen"}.',
		);
	}
	return parsed.data;
}

/** Lists the keys of texts that the page has not. They are ignored: an earlier version of it may have had them. */
export const listUnknownTexts = ({ texts }: PortalSettings): string[] =>
	Object.keys(texts).filter((key) => !Object.hasOwn(TEXTS, key));

function readOrigins(text: string): string[] {
	const origins = text.split(/[\s,]+/).filter((origin) => origin !== '');
	const wrong = origins.find((origin) => !ORIGIN.test(origin));
	return wrong === undefined
		? origins
		: fail(
				`"Frame Ancestors" of the portal has "${wrong.slice(0, 100)}", which is not an origin. Enter e.g. https://app.example.com.`,
			);
}

function readRefreshUrl(url: string): string {
	if (url === '') return '';
	return /^https?:\/\//i.test(url) && URL.canParse(url)
		? url
		: fail(
				'"Refresh URL" of the portal is not a complete URL. Enter e.g. https://app.example.com/webhooks.',
			);
}

/**
 * Reads the portal's settings.
 * @param fields as the trigger's option has them
 * @throws InvalidPortalError
 */
export function parsePortalSettings(fields: Record<string, unknown>): PortalSettings {
	const color = 'of the portal is not a color. Enter e.g. #1d4ed8.';
	const logo = readFormed(
		fields,
		'logo',
		LOGO,
		'"Logo" of the portal is not a data: URL of an image in base64. Enter e.g. data:image/png;base64,iVBORw0…',
	);
	if (logo.length > MAX_LOGO_LENGTH) {
		fail(`"Logo" of the portal has more than ${MAX_LOGO_LENGTH} characters. Use a smaller image.`);
	}
	return {
		name: readText(fields, 'name').slice(0, 100),
		logo,
		accentColor: readFormed(fields, 'accentColor', COLOR, `"Accent Color" ${color}`),
		accentTextColor: readFormed(fields, 'accentTextColor', COLOR, `"Accent Text Color" ${color}`),
		texts: readTexts(fields.texts),
		language:
			readFormed(
				fields,
				'language',
				LANGUAGE,
				'"Language" of the portal is not the code of a language. Enter e.g. de.',
			) || 'en',
		frameAncestors: readOrigins(readText(fields, 'frameAncestors')),
		refreshUrl: readRefreshUrl(readText(fields, 'refreshUrl')),
	};
}
