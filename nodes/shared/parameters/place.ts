import type { INodeProperties } from 'n8n-workflow';

/** A parameter, or a field within one, whose value is checked. */
export interface Place {
	/** As the editor shows it, e.g. `Custom Headers → Value`. */
	label: string;
	property: INodeProperties;
	/** As n8n stores it; `undefined` within a value that an expression returned as a whole. */
	stored: unknown;
	/** `true` if a field without a value is left out. */
	isOptional: boolean;
	/** `true` for a field of a collection. */
	isField: boolean;
	/** Returns the workflow's timezone. */
	getTimeZone: () => string;
	/** Evaluates an expression, without the `=` that n8n stores before it, for the same item. */
	evaluate: (expression: string) => unknown;
}

/** Returns a value in the type of its place, or throws a UserError. */
export type Check = (value: unknown, place: Place) => unknown;
