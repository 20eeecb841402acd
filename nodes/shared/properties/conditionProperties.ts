import type { IDisplayOptions, INodeProperties } from 'n8n-workflow';

/** Texts that differ between receiving and sending. */
interface ConditionTexts {
	/** Description of the choice. */
	choice: string;
	/** Description of the rules. */
	rules?: string;
	/** Description of the option for JSON conditions. */
	json: string;
}

/** Begins a field for conditions: n8n shows no placeholder in a field for JSON. */
const EXAMPLE = '{\n  "amount": { "gte": 100 },\n  "status": "paid"\n}';

/** Returns the field for conditions on an event's data, which `compileConditions` reads. */
export const buildConditionsProperty = (description: string): INodeProperties => ({
	displayName: 'Conditions (JSON)',
	name: 'conditions',
	type: 'json',
	default: EXAMPLE,
	description,
});

/**
 * Builds the parameters for conditions: the choice `conditionSource`, the JSON `conditions`, and `rules` as in
 * n8n's If node.
 */
export function buildConditionProperties(
	texts: ConditionTexts,
	displayOptions: IDisplayOptions = {},
): INodeProperties[] {
	const showFor = (source: string): IDisplayOptions => ({
		...displayOptions,
		show: { ...displayOptions.show, conditionSource: [source] },
	});
	return [
		{
			displayName: 'Condition',
			name: 'conditionSource',
			type: 'options',
			noDataExpression: true,
			options: [
				{ name: 'Always', value: 'always' },
				{ name: 'Only If JSON Conditions Are Met', value: 'json', description: texts.json },
				{
					name: 'Only If Rules Are Met',
					value: 'rules',
					description: 'Rules like those of n8n’s If node',
				},
			],
			default: 'always',
			description: texts.choice,
			displayOptions,
		},
		{
			...buildConditionsProperty(
				'Field paths with eq, ne, lt, lte, gt, gte, in, nin, exists, contains, startsWith, endsWith or not. A plain value tests for equality. Combine conditions with and, or and not; all of them must be met.',
			),
			displayOptions: showFor('json'),
		},
		{
			displayName: 'Rules',
			name: 'rules',
			type: 'filter',
			default: {},
			typeOptions: { filter: { caseSensitive: true, typeValidation: 'loose', version: 2 } },
			...(texts.rules !== undefined && { description: texts.rules, hint: texts.rules }),
			displayOptions: showFor('rules'),
		},
	];
}
