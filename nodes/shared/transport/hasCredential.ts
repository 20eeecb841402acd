import type { ILoadOptionsFunctions } from 'n8n-workflow';

/**
 * Returns whether a credential was chosen. Lists of options are empty without one: n8n marks the node itself, and
 * would mark the list's parameter as wrong, too, if the list failed.
 */
export const hasCredential = (context: ILoadOptionsFunctions, type: string): boolean =>
	context.getNode().credentials?.[type] !== undefined;
