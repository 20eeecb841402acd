import { parseJson } from '../lib/json';

import {
	hasOpenBoundary,
	listBoundaries,
	type Boundary,
	type Placeholder,
} from './contentTemplate';
import type { SignatureScheme } from './scheme';
import { signsField } from './schemeFacts';
import { readText, type SignedValues } from './signedContent';
import { createFailure, type VerificationFailure } from './verification';

/** Methods whose requests have no body. */
const WITHOUT_BODY = new Set(['GET', 'HEAD']);

const BRACES = new Set(['{', '[']);

// JSON has few bytes of white space before it, if any.
const startsLikeObjectOrList = (body: Buffer): boolean =>
	BRACES.has(body.subarray(0, 100).toString('latin1').trimStart().charAt(0));

const reject = (expected: string, received: string): VerificationFailure =>
	createFailure(
		'CONTENT_AMBIGUOUS',
		`The signature does not show where the body begins, so the body must be ${expected}`,
		{ field: 'body', expected, received },
	);

const isObjectOrList = (body: Buffer): boolean =>
	startsLikeObjectOrList(body) && parseJson(body.toString('utf8')) !== undefined;

const readValue = (value: Placeholder, values: SignedValues): string =>
	value.field === 'body' ? values.body.toString('utf8') : readText(value, values);

/** Returns whether a value can be told from what is signed next to it. */
function isClosed({ isAfter, separator, value }: Boundary, values: SignedValues): boolean {
	const text = readValue(value, values);
	if (separator === '') return text === '';
	// The end of a value and the start of its separator may be a separator together.
	return isAfter
		? (text + separator).indexOf(separator) === text.length
		: (separator + text).lastIndexOf(separator) === 0;
}

/**
 * Rejects a request in which text may have been moved from one signed value to another across a separator. No
 * part of a JSON object or list is one itself, so the value next to such a body may contain any text.
 */
function checkSeparators(
	scheme: SignatureScheme,
	values: SignedValues,
): VerificationFailure | undefined {
	const open = listBoundaries(scheme).find(
		(boundary) =>
			!isClosed(boundary, values) && !(boundary.isBesideBody && isObjectOrList(values.body)),
	);
	if (open === undefined) return undefined;
	const separator = JSON.stringify(open.separator);
	const name = `{${open.value.text}}`;
	return createFailure(
		'CONTENT_AMBIGUOUS',
		`The signature does not show where ${name} ${open.isAfter ? 'ends' : 'begins'}, as it contains the separator ${separator}`,
		{
			field: open.value.name || open.value.field,
			expected: open.isBesideBody
				? `no ${separator} in ${name}, or a body that is a JSON object or list`
				: `no ${separator} in ${name}`,
			received: `a value with ${separator}`,
		},
	);
}

/**
 * Rejects a request with a valid signature whose body may have been moved into the URL or the ID, or the
 * reverse, or whose other values may have. If both are signed with nothing in between, the signature stays valid;
 * but no part of a JSON object or list is one itself. A JSON body in a scheme that signs forms is bound by its digest; without one, nothing
 * of it is signed, and it is rejected.
 * @param signed what the scheme signs of the request
 */
export function checkContentBoundary(
	scheme: SignatureScheme,
	values: SignedValues,
	isForm: boolean,
): VerificationFailure | undefined {
	const { body, form, method = '' } = values;
	const bindsOtherBodies = signsField(scheme, 'body') || scheme.bodyDigestParameter !== undefined;
	if (signsField(scheme, 'form') && !bindsOtherBodies && !isForm && body.length > 0) {
		return reject('a form', 'another body');
	}
	const separatorFailure = checkSeparators(scheme, values);
	if (separatorFailure !== undefined) return separatorFailure;
	if (!hasOpenBoundary(scheme)) return undefined;
	if (body.length === 0) {
		return WITHOUT_BODY.has(method.toUpperCase()) ? undefined : reject('present', 'an empty body');
	}
	if (signsField(scheme, 'form')) {
		return isForm && form === ''
			? reject('a form with fields', 'a form without fields')
			: undefined;
	}
	return startsLikeObjectOrList(body) ? undefined : reject('a JSON object or list', 'another body');
}
