import { readFormFields, stripByteOrderMark } from '../http/formBody';
import { isFormBody } from '../http/headers';
import { ExactNumber, parseExactJson } from '../lib/exactJson';
import { getValuesAt, parsePath } from '../lib/fieldPath';
import { isNestedDeeper, parseJson } from '../lib/json';
import { hasRepeatedKey } from '../lib/repeatedKeys';

import { findFormLimit, findJsonLimit } from './bodyLimits';
import { InvalidSchemeError } from './scheme';
import {
	createFailure,
	isFailure,
	type SignedRequest,
	type VerificationCode,
	type VerificationFailure,
	type VerificationInput,
} from './verification';

/** The limit for a body that is read before its signature is verified. */
const MAX_UNVERIFIED_LEVELS = 100;

/** Describes what a request lacks, to its sender. */
export const NO_HEADER = 'no such header';
export const NO_PARAMETER = 'no such parameter';
export const NO_FIELD = 'no such field';

/** Reads a field of a body, whose place is as a scheme names it. */
type ReadField = (path: string) => string | undefined | VerificationFailure;

const failWithBody = (
	message: string,
	expected: string,
	received: string,
	code: VerificationCode = 'SIGNED_VALUE_MALFORMED',
): VerificationFailure => createFailure(code, message, { field: 'body', expected, received });

/** Rejects a value that is there several times: one of them could be verified and another one read. */
const rejectRepeated = (field: string, what: string): VerificationFailure =>
	createFailure('CONTENT_AMBIGUOUS', `The ${what} more than once`, {
		field,
		expected: 'one value',
		received: 'several values',
	});

/** Matches half of a character, which has no bytes of its own in UTF-8. */
const LONE_SURROGATE = /\p{Surrogate}/u;

/** Returns the text by which a value of JSON is signed. `null` is signed as if it was missing. */
function toSignedText(value: unknown, path: string): string | undefined | VerificationFailure {
	if (value === undefined || value === null) return undefined;
	if (value instanceof ExactNumber) return value.text;
	const isText = typeof value === 'string' && !LONE_SURROGATE.test(value);
	if (isText || typeof value === 'number' || typeof value === 'boolean') return String(value);
	return createFailure(
		'SIGNED_VALUE_MALFORMED',
		`The field ${path} of the body is signed, so it must be text or a number`,
		{ field: path, expected: 'text or a number', received: 'another value' },
	);
}

function createJsonReader(body: Buffer): ReadField | VerificationFailure {
	const text = stripByteOrderMark(body).toString('utf8');
	if (isNestedDeeper(text, MAX_UNVERIFIED_LEVELS)) {
		return failWithBody(
			`The body is nested more than ${MAX_UNVERIFIED_LEVELS} levels deep, so its signature is not looked for`,
			`JSON with at most ${MAX_UNVERIFIED_LEVELS} levels`,
			'more levels',
		);
	}
	const parsed = parseExactJson(text, parseJson(text));
	if (parsed === undefined) {
		return failWithBody(
			'The body is not JSON, so its signed fields cannot be read',
			'JSON',
			'text that is not JSON',
		);
	}
	return (path) => {
		const keys = parsePath(path);
		const values = getValuesAt(parsed.value, keys);
		return values.length > 1 || hasRepeatedKey(text, keys)
			? rejectRepeated(path, `body has the field ${path}`)
			: toSignedText(values[0], path);
	};
}

function createFormReader(body: Buffer): ReadField {
	const fields = readFormFields(body);
	return (path) => {
		const name = Buffer.from(path, 'utf8');
		const values = fields.filter((field) => field.name.equals(name));
		return values.length > 1
			? rejectRepeated(path, `form has the field ${path}`)
			: values[0]?.value.toString('utf8');
	};
}

/** Reads single values of a request that is not verified yet. Each of them may be there only once. */
export class RequestValues {
	private signedRequest: SignedRequest | undefined;

	private parameters: URLSearchParams | undefined;

	private fieldReader: ReadField | VerificationFailure | undefined;

	constructor(
		readonly input: VerificationInput,
		private readonly schemeName: string,
	) {}

	/**
	 * Returns the request's method and URL.
	 * @throws InvalidSchemeError if the input has none
	 */
	getRequest(): SignedRequest {
		if (this.signedRequest === undefined) {
			const { request } = this.input;
			if (request === undefined) {
				throw new InvalidSchemeError(
					`The scheme ${this.schemeName} signs the request's URL: fill it in, as the sender knows it.`,
				);
			}
			this.signedRequest = request();
		}
		return this.signedRequest;
	}

	/**
	 * Reads a header that may be sent only once.
	 * @param repeatedCode the failure's code if it was sent more than once
	 * @returns `undefined` if it is missing or empty
	 */
	readHeader(
		name: string,
		repeatedCode: VerificationCode = 'CONTENT_AMBIGUOUS',
	): string | undefined | VerificationFailure {
		const value = this.input.headers[name.toLowerCase()];
		const values = typeof value === 'string' ? [value] : (value ?? []);
		if (values.length > 1) {
			return createFailure(repeatedCode, `The request has ${values.length} ${name} headers`, {
				field: name,
				expected: 'one header',
				received: `${values.length} headers`,
			});
		}
		return values[0] === '' ? undefined : values[0];
	}

	/** Reads a URL parameter. Its name in brackets, as in `name[]`, is the same parameter to some readers. */
	readParameter(name: string): string | undefined | VerificationFailure {
		this.parameters ??= new URLSearchParams(/\?([^#]*)/.exec(this.getRequest().url)?.[1] ?? '');
		const values = [...this.parameters].filter(
			([key]) => key === name || key.startsWith(`${name}[`),
		);
		return values.length > 1
			? rejectRepeated(name, `URL has the parameter ${name}`)
			: (this.parameters.get(name) ?? undefined);
	}

	/** Reads a field of a JSON body, or of a form. */
	readBodyField(path: string): string | undefined | VerificationFailure {
		this.fieldReader ??= this.createFieldReader();
		return isFailure(this.fieldReader) ? this.fieldReader : this.fieldReader(path);
	}

	private createFieldReader(): ReadField | VerificationFailure {
		const { body, headers } = this.input;
		const isForm = isFormBody(headers);
		const limit = isForm ? findFormLimit(body) : findJsonLimit(body);
		if (limit !== undefined) return failWithBody(limit.message, limit.expected, limit.received);
		return isForm ? createFormReader(body) : createJsonReader(body);
	}
}
