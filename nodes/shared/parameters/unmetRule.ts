import { executeFilterCondition, type FilterValue } from 'n8n-workflow';

import type { ConditionResult } from '../../../core/event/conditions';

/** Names the first of n8n's rules that is not met, if the rules together are not met. */
export function describeUnmetRule({ conditions = [], options }: FilterValue): ConditionResult {
	const unmet =
		conditions.find((condition, index) => !executeFilterCondition(condition, options, { index })) ??
		conditions.at(0);
	return {
		met: false,
		condition: unmet
			? [unmet.leftValue, unmet.operator.operation, unmet.rightValue]
					.map((part) => (typeof part === 'string' ? part : JSON.stringify(part)))
					.join(' ')
			: 'rules',
	};
}
