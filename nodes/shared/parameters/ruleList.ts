import { UserError, type FilterValue, type INode } from 'n8n-workflow';

/**
 * Checks that a node's rules compare something, as they are stored: an expression may well be empty for an item.
 * @throws UserError if there is no rule, or one that compares nothing: it would hold for everything
 */
export function requireRules({ parameters }: INode): void {
	// An expression in place of the rules is checked when it is read.
	if (typeof parameters.rules === 'string') return;
	const { conditions = [] } = (parameters.rules ?? {}) as Partial<FilterValue>;
	if (conditions.length === 0) {
		throw new UserError('"Rules" has no rule. Add a rule, or choose "Always" under "Condition".');
	}
	const blank = conditions.findIndex(
		({ leftValue }) => leftValue === '' || leftValue === undefined,
	);
	if (blank === -1) return;
	throw new UserError(
		`Rule ${blank + 1} of "Rules" has no first value. Fill it in, e.g. {{ $json.data.amount }}, or remove the rule.`,
	);
}
