import { ExpressionParser, UserError } from 'n8n-workflow';

import { writeIdentifier } from '../../../core/event/identifier';
import { toIsoTime } from '../../../core/lib/time';

import { describeValue, readDateMs } from './describeValue';
import type { Check, Place } from './place';

function writePart(value: unknown, { label }: Place): string {
	const dateMs = readDateMs(value);
	const result = Number.isNaN(dateMs)
		? { fault: 'is not a valid date' }
		: writeIdentifier(dateMs === undefined ? value : toIsoTime(dateMs));
	if ('identifier' in result) return result.identifier;
	throw new UserError(
		`"${label}" cannot identify the event: it ${result.fault}. Use a value that is different for each event, e.g. {{ $json.order_id }}.`,
	);
}

/** @returns the parts of a text with expressions, e.g. `order-{{ $json.id }}`; `undefined` for any other */
function splitTemplate(stored: unknown): ExpressionParser.ExpressionChunk[] | undefined {
	if (typeof stored !== 'string' || !stored.startsWith('=')) return undefined;
	const chunks = ExpressionParser.splitExpression(stored.slice(1)).filter(
		({ text }) => text !== '',
	);
	return chunks.length > 1 ? chunks : undefined;
}

/**
 * Checks a text that identifies an event: any JSON is written so that different values stay different. Each
 * part of a text with expressions counts, since n8n writes a missing one as an empty text.
 */
export const checkIdentifier: Check = (value, place) => {
	const { evaluate, stored } = place;
	if (value === '' && stored === '') return '';
	const chunks = splitTemplate(stored);
	if (chunks === undefined) return writePart(value, place);
	return chunks
		.map(({ text, type }) => (type === 'text' ? text : writePart(evaluate(`{{${text}}}`), place)))
		.join('');
};

/**
 * Checks that no part of a text with expressions is empty or an object, e.g. of `order.{{ $json.status }}`.
 * @throws UserError that names the part
 */
export function requireTemplateParts({ evaluate, label, stored }: Place): void {
	for (const { text, type } of splitTemplate(stored) ?? []) {
		if (type === 'text') continue;
		const part = evaluate(`{{${text}}}`);
		const description = describeValue(part);
		if (description !== 'empty' && typeof part !== 'object') continue;
		throw new UserError(
			`"${label}" has a part that is ${description}: {{${text}}}. Choose a field that is text or a number in every item.`,
		);
	}
}
