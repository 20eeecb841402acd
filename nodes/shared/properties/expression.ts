type EvaluatedFunction = (...values: never[]) => unknown;

/** Returns an object literal with functions by name. */
const toObjectLiteral = (functions: Record<string, EvaluatedFunction>): string =>
	`{\n${Object.entries(functions)
		.map(([name, source]) => `${JSON.stringify(name)}: ${String(source)},\n`)
		.join('')}}`;

/**
 * Returns an expression that calls a function with the node's parameters.
 *
 * n8n gets the function's source and evaluates it in a separate realm, in the editor too. So the function
 * may use only its arguments and the language's built-ins: no imports, no constants of its module.
 *
 * @param data passed to the function as JSON
 * @param parameters `$rawParameter` passes parameters as they are stored, with expressions unresolved
 * @param functions passed to the function by name; the same limits apply to each of them
 */
export function toExpression<Parameters, Data, Functions extends Record<string, EvaluatedFunction>>(
	evaluate: (parameters: Parameters, data: Data, functions: Functions) => unknown,
	data?: Data,
	parameters: '$parameter' | '$rawParameter' | '[$parameter, $executionId]' = '$parameter',
	functions?: Functions,
): `={{${string}}}` {
	const values: string[] = [parameters];
	// Written over several lines, because n8n takes two closing braces in a row for the end of the
	// expression.
	if (data !== undefined) values.push(JSON.stringify(data, undefined, 1));
	if (functions !== undefined) values.push(toObjectLiteral(functions));
	return `={{ (${String(evaluate)})(${values.join(', ')}) }}`;
}
