import { HEADER_NAME } from '../http/headers';
import { isFieldPath } from '../lib/fieldPath';

import {
	findMovableBoundary,
	keepContentTemplate,
	parseContentTemplate,
	type ContentTemplate,
} from './contentTemplate';
import {
	InvalidSchemeError,
	type SecretFormat,
	type SignatureAlgorithm,
	type SignatureEncoding,
	type SignaturePlace,
	type SignatureScheme,
	type TimestampLocation,
	type TimestampUnit,
} from './scheme';

/** The places that a person chooses from. */
export type CustomSignaturePlace = 'header' | 'bodyField' | 'urlParameter';
export type CustomTimestampPlace = CustomSignaturePlace | 'signaturePart' | 'signaturePosition';

/** The settings of a custom scheme, as a person fills them in in a credential. An absent one has its default. */
export interface CustomSchemeSettings {
	/** `header` if absent. */
	signaturePlace?: CustomSignaturePlace;
	/** Of these three, the one of the place counts. */
	signatureHeader: string;
	signatureField?: string;
	signatureParameter?: string;
	algorithm: SignatureAlgorithm;
	encoding: SignatureEncoding;
	prefix: string;
	/** E.g. `{timestamp}.{body}`; `\n` is a line break. */
	signedContent: string;
	/** `text` if absent. Public keys decide it themselves. */
	secretFormat?: SecretFormat;
	/** Empty if there is exactly one signature, and nothing else with it. */
	separator?: string;
	/** 0 if prefixes tell signatures from other parts. */
	signaturePosition?: number;
	/** Empty for none. */
	idHeader: string;
	/** `header` if absent. */
	timestampPlace?: CustomTimestampPlace;
	/** Of these five, the one of the place counts. Empty for no timestamp. */
	timestampHeader: string;
	timestampPart?: string;
	timestampPosition?: number;
	timestampField?: string;
	timestampParameter?: string;
	timestampUnit: TimestampUnit;
	toleranceSeconds: number;
}

/** The algorithms whose secret is a public key. */
export const PUBLIC_KEY_ALGORITHMS: SignatureAlgorithm[] = ['ecdsa-p256', 'ed25519', 'rsa-sha256'];

/** A scheme whose settings are read, and are checked next. */
interface Draft {
	scheme: SignatureScheme;
	template: ContentTemplate;
	/** The name of the field that has the place of the timestamp, as the editor shows it. */
	timestampLabel: string;
}

function requireHeaderName(label: string, text = ''): string {
	const name = text.trim();
	if (!HEADER_NAME.test(name)) {
		throw new InvalidSchemeError(
			`${label} "${name}" is not a header name. Use letters, digits and hyphens, e.g. X-Signature.`,
		);
	}
	return name;
}

function requireFieldPath(label: string, text = ''): string {
	const path = text.trim();
	if (!isFieldPath(path)) {
		throw new InvalidSchemeError(
			`${label} "${path}" is not a field of a body. Enter its name or a path with dots, e.g. signature.timestamp.`,
		);
	}
	return path;
}

function requireParameterName(label: string, text = ''): string {
	const name = text.trim();
	if (!/^[^\s&=#?[\]]{1,100}$/.test(name)) {
		throw new InvalidSchemeError(
			`${label} "${name}" is not the name of a URL parameter. Enter only the name, e.g. signature.`,
		);
	}
	return name;
}

const MAX_POSITION = 20;

function requirePosition(label: string, position = 0): number {
	if (!Number.isInteger(position) || position < 1 || position > MAX_POSITION) {
		throw new InvalidSchemeError(
			`${label} must be a whole number from 1 to ${MAX_POSITION}. Enter 1 for the first part.`,
		);
	}
	return position;
}

function readSignaturePlace(settings: CustomSchemeSettings): SignaturePlace {
	switch (settings.signaturePlace) {
		case 'bodyField':
			return { signatureField: requireFieldPath('Signature Field', settings.signatureField) };
		case 'urlParameter':
			return {
				signatureParameter: requireParameterName(
					'Signature Parameter',
					settings.signatureParameter,
				),
			};
		default:
			return { signatureHeader: requireHeaderName('Signature Header', settings.signatureHeader) };
	}
}

/** Reads the place of the timestamp; `undefined` if its field is empty. */
function readTimestampPlace(settings: CustomSchemeSettings): {
	label: string;
	location: TimestampLocation | undefined;
} {
	const {
		timestampField = '',
		timestampHeader,
		timestampPart = '',
		timestampParameter = '',
	} = settings;
	const isEmpty = (text: string): boolean => text.trim() === '';
	switch (settings.timestampPlace) {
		case 'signaturePart': {
			const label = 'Timestamp Prefix';
			const location = { signaturePart: timestampPart.trim() };
			return { label, location: isEmpty(timestampPart) ? undefined : location };
		}
		case 'signaturePosition': {
			const label = 'Timestamp Position';
			return {
				label,
				location: { signaturePosition: requirePosition(label, settings.timestampPosition) },
			};
		}
		case 'bodyField': {
			const label = 'Timestamp Field';
			const location = (): TimestampLocation => ({
				bodyField: requireFieldPath(label, timestampField),
			});
			return { label, location: isEmpty(timestampField) ? undefined : location() };
		}
		case 'urlParameter': {
			const label = 'Timestamp Parameter';
			const location = (): TimestampLocation => ({
				parameter: requireParameterName(label, timestampParameter),
			});
			return { label, location: isEmpty(timestampParameter) ? undefined : location() };
		}
		default: {
			const label = 'Timestamp Header';
			const location = (): TimestampLocation => ({
				header: requireHeaderName(label, timestampHeader),
			});
			return { label, location: isEmpty(timestampHeader) ? undefined : location() };
		}
	}
}

const signsNamed = (
	{ placeholders }: ContentTemplate,
	field: 'query' | 'header' | 'bodyField',
	name: string,
): boolean =>
	placeholders.some(
		(placeholder) =>
			placeholder.field === field && placeholder.name.toLowerCase() === name.toLowerCase(),
	);

/** Returns whether the signed content contains the timestamp, by its own placeholder or with its place. */
function signsTimestamp({ scheme: { timestamp }, template }: Draft): boolean {
	const { fields } = template;
	if (timestamp === undefined || fields.has('timestamp')) return true;
	if ('header' in timestamp) return signsNamed(template, 'header', timestamp.header);
	if ('bodyField' in timestamp) {
		return fields.has('body') || signsNamed(template, 'bodyField', timestamp.bodyField);
	}
	return (
		'parameter' in timestamp &&
		(fields.has('url') || fields.has('path') || signsNamed(template, 'query', timestamp.parameter))
	);
}

/** Returns whether the signed content contains the signature itself, so that no sender could compute it. */
function signsItself({ scheme, template }: Draft): boolean {
	const { signatureField, signatureHeader, signatureParameter } = scheme;
	if (signatureField !== undefined) {
		return (
			template.fields.has('body') ||
			template.fields.has('form') ||
			signsNamed(template, 'bodyField', signatureField)
		);
	}
	return signatureParameter === undefined
		? signsNamed(template, 'header', signatureHeader)
		: signsNamed(template, 'query', signatureParameter);
}

const isPart = ({ timestamp }: SignatureScheme): boolean =>
	timestamp !== undefined && ('signaturePart' in timestamp || 'signaturePosition' in timestamp);

const arePositionsEqual = ({ signaturePosition, timestamp }: SignatureScheme): boolean =>
	timestamp !== undefined &&
	'signaturePosition' in timestamp &&
	signaturePosition === timestamp.signaturePosition;

const HEADER_TEXT = /^[\x20-\x7e]{0,100}$/;

type Check = [isWrong: (draft: Draft) => boolean, describe: (draft: Draft) => string];

/** The possible faults of a custom scheme, in the order in which they are reported. */
const CHECKS: Check[] = [
	[
		({ scheme, template }) => template.fields.has('timestamp') && scheme.timestamp === undefined,
		({ timestampLabel }) => `Signed content uses {timestamp}: fill in ${timestampLabel} too.`,
	],
	[
		({ scheme, template }) => template.fields.has('id') && scheme.idHeader === undefined,
		() => 'Signed content uses {id}: fill in ID Header too.',
	],
	[
		(draft) => !signsTimestamp(draft),
		({ timestampLabel }) =>
			`A timestamp that is not signed can be changed by anyone: add {timestamp} to Signed Content, or leave ${timestampLabel} empty.`,
	],
	[
		signsItself,
		({ scheme: { signatureField } }) =>
			signatureField === undefined
				? 'Signed Content contains the signature itself. Remove its placeholder.'
				: 'The signature is a field of the body, so it cannot cover all of the body. In Signed Content, name the fields that are signed, e.g. {body:timestamp}.{body:token}.',
	],
	[
		({ template }) => findMovableBoundary(template) !== undefined,
		({ template }) =>
			`Signed Content has ${findMovableBoundary(template)} with nothing in between, so text could move from one value to the other. Put a separator between them that they never contain, as the sender does. If the sender has none, its signature does not protect these values: use another way to authenticate it.`,
	],
	[
		({ scheme }) => scheme.separator === undefined && isPart(scheme),
		() =>
			'The timestamp is a part of the signature’s text: fill in Separator with what is between the parts, e.g. a comma.',
	],
	[
		({ scheme }) => arePositionsEqual(scheme),
		() =>
			'Timestamp Position and Signature Position are the same. Enter the position of each, e.g. 1 and 2.',
	],
	[
		({
			scheme: {
				separator = '',
				timestamp,
				forms: [{ prefix }],
			},
		}) =>
			![
				separator,
				prefix,
				timestamp && 'signaturePart' in timestamp ? timestamp.signaturePart : '',
			].every((text) => HEADER_TEXT.test(text)),
		() =>
			'Signature Prefix, Separator and Timestamp Prefix may contain only printable ASCII characters. Remove all others.',
	],
	[
		({ scheme: { timestamp } }) => timestamp !== undefined && !(timestamp.toleranceSeconds > 0),
		() => 'Tolerance must be more than 0 seconds. Fill in 300, as most senders use.',
	],
];

/** Reads the settings into a scheme. */
function draftScheme(settings: CustomSchemeSettings): Draft {
	const { algorithm, encoding, idHeader, prefix, secretFormat = 'text', separator = '' } = settings;
	const content = settings.signedContent.replaceAll('\\n', '\n');
	const template = parseContentTemplate(content);
	const { label, location } = readTimestampPlace(settings);
	const { signaturePosition = 0, timestampUnit: unit, toleranceSeconds } = settings;
	const scheme: SignatureScheme = {
		name: 'custom',
		...readSignaturePlace(settings),
		forms: [{ prefix, algorithm, encoding }],
		content,
		...(separator !== '' && { separator }),
		...(separator !== '' &&
			signaturePosition !== 0 && {
				signaturePosition: requirePosition('Signature Position', signaturePosition),
			}),
		...(idHeader.trim() !== '' && { idHeader: requireHeaderName('ID Header', idHeader) }),
		...(location !== undefined && { timestamp: { ...location, unit, toleranceSeconds } }),
		secretFormat: PUBLIC_KEY_ALGORITHMS.includes(algorithm) ? 'publicKey' : secretFormat,
	};
	return { scheme, template, timestampLabel: label };
}

/**
 * Builds and checks a custom scheme.
 * @throws InvalidSchemeError naming the setting to change
 * @example
 * buildCustomScheme({
 *   signatureHeader: 'X-Signature', algorithm: 'hmac-sha256', encoding: 'hex', prefix: 'sha256=',
 *   signedContent: '{timestamp}.{body}', idHeader: '',
 *   timestampHeader: 'X-Timestamp', timestampUnit: 's', toleranceSeconds: 300,
 * });
 */
export function buildCustomScheme(settings: CustomSchemeSettings): SignatureScheme {
	const draft = draftScheme(settings);
	const failed = CHECKS.find(([isWrong]) => isWrong(draft));
	if (failed !== undefined) throw new InvalidSchemeError(failed[1](draft));
	keepContentTemplate(draft.scheme, draft.template);
	return draft.scheme;
}
