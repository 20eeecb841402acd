import type { IExecuteFunctions } from 'n8n-workflow';

/**
 * An option that holds for a whole run. It is read alone: other options may hold expressions that an item
 * which comes back from Retry has nothing for.
 */
export const runOption = (context: IExecuteFunctions, name: string, fallback: number): number =>
	context.getNodeParameter(`options.${name}`, 0, fallback) as number;
