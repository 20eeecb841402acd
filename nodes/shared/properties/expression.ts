/**
 * An expression that has n8n evaluate a function of ours. n8n gets the function's source: it may use
 * nothing from outside but what is handed over.
 * @param known what the function takes beside the parameters; it stands in several lines, since n8n takes
 * the first two closing braces in a row for the expression's end
 * @param parameters `$rawParameter` for parameters as they are written, expressions included
 */
export function expressionOf<P, K>(
	read: (parameters: P, known: K) => unknown,
	known?: K,
	parameters: '$parameter' | '$rawParameter' = '$parameter',
): `={{${string}}}` {
	const more = known === undefined ? '' : `, ${JSON.stringify(known, undefined, 1)}`;
	return `={{ (${String(read)})(${parameters}${more}) }}`;
}
