import type { INodeProperties } from 'n8n-workflow';

/** The option that keeps the digits of numbers that JavaScript would round. */
export const bigNumbersOption: INodeProperties = {
	displayName: 'Big Numbers as Text',
	name: 'bigNumbersAsText',
	type: 'boolean',
	default: false,
	description:
		'Whether to output numbers beyond ±9,007,199,254,740,991 as text. JavaScript rounds them: the ID 616581622363398142 becomes 616581622363398100.',
};
