import { isObject } from '../lib/fieldPath';
import { stringifyExactJson } from '../lib/exactJson';

/** The names and signs that operators have elsewhere, without `$`, `_` and capital letters. */
const ALIASES: Record<string, string[]> = {
	eq: ['equal', 'equals', 'is', '=', '==', '==='],
	ne: ['neq', 'notequal', 'notequals', 'isnot', '!', '!=', '!==', '<>', '≠'],
	lt: ['lessthan', 'below', 'smaller', 'before', '<'],
	lte: ['le', 'lessthanorequal', 'atmost', 'max', '<=', '=<', '≤'],
	gt: ['greaterthan', 'morethan', 'above', 'larger', 'after', '>'],
	gte: ['ge', 'greaterthanorequal', 'morethanorequal', 'atleast', 'min', '>=', '=>', '≥'],
	in: ['isin', 'oneof', 'isoneof', 'anyof'],
	nin: ['notin', 'isnotin', 'noneof'],
	exists: ['exist', 'present', 'isset'],
	contains: ['contain', 'includes', 'include', 'has'],
	startsWith: ['startswith', 'beginswith', 'prefix'],
	endsWith: ['endswith', 'suffix'],
	not: [],
};
const OPERATOR_BY_ALIAS = new Map(
	Object.entries(ALIASES).flatMap(([operator, aliases]) =>
		[operator, ...aliases].map((alias): [string, string] => [alias, operator]),
	),
);

/** Operators that need a value of a certain type, with an example. */
const OPERANDS: Record<
	string,
	{ isValid: (value: unknown) => boolean; type: string; example: string }
> = {
	in: { isValid: Array.isArray, type: 'a list', example: '{"in": ["open", "new"]}' },
	nin: { isValid: Array.isArray, type: 'a list', example: '{"nin": ["spam"]}' },
	exists: {
		isValid: (value) => typeof value === 'boolean',
		type: 'true or false',
		example: '{"exists": true}',
	},
	startsWith: {
		isValid: (value) => typeof value === 'string',
		type: 'a text',
		example: '{"startsWith": "order_"}',
	},
	endsWith: {
		isValid: (value) => typeof value === 'string',
		type: 'a text',
		example: '{"endsWith": ".com"}',
	},
};

/** Lists of conditions, as other tools write them. */
const GROUP_BY_ALIAS: Record<string, string> = {
	$and: 'and',
	AND: 'and',
	And: 'and',
	'&&': 'and',
	$or: 'or',
	OR: 'or',
	Or: 'or',
	'||': 'or',
	$not: 'not',
};

const ORDER_OPERATORS = ['lt', 'lte', 'gt', 'gte'];

/** No longer text is taken for an operator. */
const MAX_LENGTH = 200;

const SIGN =
	/^(!==?|={2,3}|<=|=<|>=|=>|<>|[<>](?=\s|[-+.]?\d|["'])|[=≤≥≠]|!(?=["'\w-]))\s*(\S[^]*)$/;
const WORD =
	/^\$?(lte?|gte?|eq|ne|(?:less|greater|more)[ _]than(?:[ _]or[ _]equal(?:[ _]to)?)?|at least|at most)\s*:?\s*([-+]?\d[\d.]*|\d{4}-\d\d-\d\d\S*)$/i;
const TEXT_WORD =
	/^(contains|includes|(?:starts|begins|ends)[ _]?with|eq|neq?)(?:\s*:\s*|\s+)(\S[^]*)$/i;
const LIST_WORD =
	/^(n?in|not[ _]in|(?:is )?one of|any of|none of)(?:\s*:\s*|\s+)[[(]?([^,]+,[^\])]+)[\])]?$/i;
const DOLLAR_WORD = /^\$(\w+)\s*:?\s*(\S[^]*)$/;
const BETWEEN = /^between\s+(\S*\d\S*)\s+and\s+(\S*\d\S*)$/i;
const NULL_TEST = /^(?:is\s+)?(not\s+)?null$|^is\s+(not\s+)?(?:set|empty)$/i;
const NUMBER = /^[-+]?(?:\d+(?:\.\d*)?|\.\d+)$/;

const findOperator = (alias: string): string | undefined =>
	OPERATOR_BY_ALIAS.get(alias.replace(/[$_\-\s]|to$/gi, '').toLowerCase()) ??
	OPERATOR_BY_ALIAS.get(alias);

const toJson = (value: unknown): string => {
	const json = stringifyExactJson(value);
	return json.length > MAX_LENGTH ? '…' : json;
};

const formatCondition = (path: string, operators: Record<string, unknown>): string => {
	const entries = Object.entries(operators).map(
		([name, value]) => `${JSON.stringify(name)}: ${toJson(value)}`,
	);
	return `{${JSON.stringify(path)}: {${entries.join(', ')}}}`;
};

/** Reads the text after an operator: a number, a quoted text, true, false or null, otherwise the text. */
function readOperand(text: string): unknown {
	if (NUMBER.test(text)) return Number(text);
	const quoted = /^(["'])([^]*)\1$/.exec(text);
	if (quoted !== null) return quoted[2];
	const named: Record<string, unknown> = { true: true, false: false, null: null };
	return Object.keys(named).includes(text) ? named[text] : text;
}

/** Reads a text as the operators that it seems to mean; `undefined` for any other text. */
function readOperators(text: string): Record<string, unknown> | undefined {
	const between = BETWEEN.exec(text);
	if (between !== null) return { gte: readOperand(between[1]), lte: readOperand(between[2]) };
	const nullTest = NULL_TEST.exec(text);
	if (nullTest !== null && /\s/.test(text)) {
		return nullTest[1] || nullTest[2] ? { exists: true, ne: null } : { eq: null };
	}
	const list = LIST_WORD.exec(text);
	const listOperator = list === null ? undefined : findOperator(list[1]);
	if (list !== null && listOperator !== undefined) {
		return { [listOperator]: list[2].split(',').map((entry) => readOperand(entry.trim())) };
	}
	for (const pattern of [SIGN, WORD, TEXT_WORD, DOLLAR_WORD]) {
		const match = pattern.exec(text);
		const operator = match === null ? undefined : findOperator(match[1]);
		if (match !== null && operator !== undefined) return { [operator]: readOperand(match[2]) };
	}
	const [, leading, middle, trailing] = /^(\*?)([^*]+)(\*?)$/.exec(text) ?? [];
	if (leading && trailing) return { contains: middle };
	if (leading) return { endsWith: middle };
	return trailing ? { startsWith: middle } : undefined;
}

const isText = (value: unknown): value is string =>
	typeof value === 'string' && value.length <= MAX_LENGTH;

/**
 * Finds a text that looks like an operator, e.g. `< 3` or `order_*`, alone or in a list: compared as text it
 * would never be met.
 * @returns what is wrong, and the right form
 */
export function findTextMistake(path: string, value: unknown): string | undefined {
	const entries = (Array.isArray(value) ? (value as unknown[]) : [value]).map((entry) => ({
		entry,
		operators: isText(entry) ? readOperators(entry.trim()) : undefined,
	}));
	const mistake = entries.find(({ operators }) => operators !== undefined);
	if (mistake === undefined) return undefined;
	const forms = entries.map(({ entry, operators = { eq: entry } }) =>
		formatCondition(path, operators),
	);
	const form = forms.length === 1 ? forms[0] : `{"or": [${forms.join(', ')}]}`;
	return `The condition "${path}" has the text ${toJson(mistake.entry)}, which looks like an operator. Write ${form.length > 2 * MAX_LENGTH ? formatCondition(path, mistake.operators ?? {}) : form}. To compare with the text itself, write ${formatCondition(path, { eq: value })}.`;
}

/**
 * Finds a value that does not fit its operator, e.g. a number that is written as text: `{"lt": "3"}`.
 * @returns what is wrong, and the right form
 */
export function findOperandMistake(
	path: string,
	operator: string,
	value: unknown,
): string | undefined {
	const operand = Object.keys(OPERANDS).includes(operator) ? OPERANDS[operator] : undefined;
	if (operand?.isValid(value) === false) {
		return `The condition "${path}" needs ${operand.type} for the operator "${operator}", e.g. {"${path}": ${operand.example}}.`;
	}
	if (!ORDER_OPERATORS.includes(operator) || typeof value !== 'string') return undefined;
	const text = value.trim();
	if (NUMBER.test(text)) {
		return `The condition "${path}" compares with the text ${toJson(value)}. Write the number without quotes: ${formatCondition(path, { [operator]: Number(text) })}.`;
	}
	const operators = isText(value) ? readOperators(text) : undefined;
	return operators === undefined
		? undefined
		: `The condition "${path}" has the operator "${operator}", and another one in the text ${toJson(value)}. Write ${formatCondition(path, operators)}.`;
}

/** Returns the right form of an operator that has another name elsewhere, e.g. `$gt` or `between`. */
export function suggestOperator(path: string, name: string, value: unknown): string | undefined {
	if (/^between$/i.test(name)) {
		const [from, to] = Array.isArray(value) ? (value as unknown[]) : [];
		return `Write ${formatCondition(path, { gte: from ?? 3, lte: to ?? 5 })}.`;
	}
	if (/^\$?(?:regex|regexp|matches|match|like|pattern)$/i.test(name)) {
		return `Use contains, startsWith or endsWith instead, e.g. ${formatCondition(path, { startsWith: 'order_' })}.`;
	}
	const operator = findOperator(name);
	if (operator !== undefined) return `Write ${formatCondition(path, { [operator]: value })}.`;
	const outer = findOperator(path);
	return outer === undefined
		? undefined
		: `Write the field first: ${formatCondition(name, { [outer]: value })}.`;
}

/** @returns what is wrong with an entry whose name is an operator, not a field */
function findNameMistake(name: string, value: unknown): string | undefined {
	const group = Object.keys(GROUP_BY_ALIAS).includes(name) ? GROUP_BY_ALIAS[name] : undefined;
	if (group !== undefined && (Array.isArray(value) || group === 'not')) {
		return `Conditions have no "${name}". Write {"${group}": ${toJson(value)}}.`;
	}
	const operator = name.startsWith('$') ? findOperator(name) : undefined;
	if (operator !== undefined) {
		return `The operator "${name}" has no field. Write the field first, e.g. ${formatCondition('amount', { [operator]: value })}.`;
	}
	const [, path, alias] = /^(.*[^\s<>=≤≥≠!])\s*(!==?|[<>=≤≥≠]+)$/.exec(name) ?? [];
	const [, djangoPath, djangoAlias] = /^(.+)__(\w+)$/.exec(name) ?? [];
	const field = path ?? djangoPath;
	const named = findOperator(alias ?? djangoAlias ?? '');
	return field === undefined || named === undefined
		? undefined
		: `The field "${name}" ends with an operator. Write ${formatCondition(field, { [named]: value })}.`;
}

/** @returns what is wrong with `{"field": "score", "operator": "lt", "value": 3}` */
function findRuleMistake(group: Record<string, unknown>): string | undefined {
	const { field, op, operator = op, value } = group;
	if (typeof field !== 'string' || typeof operator !== 'string' || value === undefined) return;
	const named = findOperator(operator);
	return named === undefined
		? undefined
		: `Conditions have no "field", "operator" and "value". Write ${formatCondition(field, { [named]: value })}.`;
}

/**
 * Finds conditions in a form that other tools use: `$and`, `score <`, or a rule with field, operator and value.
 * @returns what is wrong, and the right form
 */
export function findGroupMistake(group: unknown): string | undefined {
	if (!isObject(group)) return undefined;
	return (
		findRuleMistake(group) ??
		Object.entries(group)
			.map(([name, value]) => findNameMistake(name, value))
			.find((mistake) => mistake !== undefined)
	);
}
