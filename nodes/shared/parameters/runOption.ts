import type { IExecuteFunctions } from 'n8n-workflow';

/**
 * Reads an option that applies to a whole run, from the first item. It is read without the other options:
 * their expressions may fail for an item that comes back from the Retry output.
 */
export const readRunOption = (context: IExecuteFunctions, name: string, fallback: number): number =>
	context.getNodeParameter(`options.${name}`, 0, fallback) as number;
