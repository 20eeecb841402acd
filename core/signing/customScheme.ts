import { HEADER_NAME } from '../http/headers';

import {
	InvalidSchemeError,
	parseContentTemplate,
	REQUEST_FIELDS,
	type ContentField,
	type SignatureAlgorithm,
	type SignatureEncoding,
	type SignatureScheme,
	type TimestampUnit,
} from './scheme';

/** The settings of a custom scheme, as a person fills them in in a credential. */
export interface CustomSchemeSettings {
	signatureHeader: string;
	algorithm: SignatureAlgorithm;
	encoding: SignatureEncoding;
	prefix: string;
	/** E.g. `{timestamp}.{body}`. */
	signedContent: string;
	/** Empty for none. */
	idHeader: string;
	/** Empty for none. */
	timestampHeader: string;
	timestampUnit: TimestampUnit;
	toleranceSeconds: number;
}

type Check = [
	isWrong: (settings: CustomSchemeSettings, signed: Set<ContentField>) => boolean,
	message: string,
];

const HEADER_TEXT = /^[\x20-\x7e]{0,100}$/;

/** The possible faults of a custom scheme, in the order in which they are reported. */
const CHECKS: Check[] = [
	...REQUEST_FIELDS.map(
		(field): Check => [
			(_, signed) => signed.has(field),
			`Signed content has the placeholder {${field}}, which works only in the built-in schemes of providers. Use {body}, {timestamp} and {id}.`,
		],
	),
	[
		({ timestampHeader }, signed) => signed.has('timestamp') && timestampHeader === '',
		'Signed content uses {timestamp}: fill in Timestamp Header too.',
	],
	[
		({ idHeader }, signed) => signed.has('id') && idHeader === '',
		'Signed content uses {id}: fill in ID Header too.',
	],
	[
		({ timestampHeader }, signed) => timestampHeader !== '' && !signed.has('timestamp'),
		'A timestamp that is not signed can be changed by anyone: add {timestamp} to Signed Content, or leave Timestamp Header empty.',
	],
	[
		({ prefix }) => !HEADER_TEXT.test(prefix),
		'Signature Prefix may contain only printable ASCII characters. Remove all others.',
	],
	[
		({ toleranceSeconds }) => !(toleranceSeconds > 0),
		'Tolerance must be more than 0 seconds. Fill in 300, as most senders use.',
	],
];

function requireHeaderName(label: string, name: string): string {
	if (!HEADER_NAME.test(name)) {
		throw new InvalidSchemeError(
			`${label} "${name}" is not a header name. Use letters, digits and hyphens, e.g. X-Signature.`,
		);
	}
	return name;
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
export function buildCustomScheme(untrimmed: CustomSchemeSettings): SignatureScheme {
	const settings = {
		...untrimmed,
		signatureHeader: untrimmed.signatureHeader.trim(),
		idHeader: untrimmed.idHeader.trim(),
		timestampHeader: untrimmed.timestampHeader.trim(),
	};
	const { algorithm, encoding, idHeader, prefix, signedContent, timestampHeader } = settings;
	const signed = parseContentTemplate(signedContent);
	const failed = CHECKS.find(([isWrong]) => isWrong(settings, signed));
	if (failed !== undefined) throw new InvalidSchemeError(failed[1]);
	return {
		name: 'custom',
		signatureHeader: requireHeaderName('Signature Header', settings.signatureHeader),
		forms: [{ prefix, algorithm, encoding }],
		content: signedContent,
		...(idHeader !== '' && { idHeader: requireHeaderName('ID Header', idHeader) }),
		...(timestampHeader !== '' && {
			timestamp: {
				header: requireHeaderName('Timestamp Header', timestampHeader),
				unit: settings.timestampUnit,
				toleranceSeconds: settings.toleranceSeconds,
			},
		}),
		secretFormat: 'text',
	};
}
