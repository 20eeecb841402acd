import type { IExecuteFunctions, INodeExecutionData, INodeProperties } from 'n8n-workflow';

/** Names of options, by parameter name and option value. */
export type OptionNames = Record<string, Record<string, string>>;

/** The node's parameters as they are stored: an expression is a text that begins with `=`. */
export interface StoredParameters {
	resource?: string;
	operation?: string;
	/** An event type's name: n8n passes expressions only the value of a resource locator. */
	catalogEventType?: string;
	customEventType?: string;
	/** An endpoint's ID or name: n8n passes expressions only the value of a resource locator. */
	endpoint?: string;
	endpointName?: string;
	eventType?: string;
	eventTypeName?: string;
	eventTypeSource?: string;
	filters?: { status?: string | string[]; eventType?: string };
	format?: string;
	platform?: string;
	requestKind?: string;
	respondWith?: string;
	sendTo?: string;
	tenantId?: string;
	url?: string;
}

/** Everything except the parameters that a {@link SubtitleFunction} may use. */
export interface SubtitleTools {
	/** The operation's action, e.g. "Create an endpoint". */
	action: string;
	/** The names of all platforms under `platform`, and the operation's `subtitleNames`. */
	names: OptionNames;
	/** Returns a text without surrounding spaces; `undefined` if it is empty or an expression. */
	literal: (text: unknown) => string | undefined;
}

/**
 * Writes what the canvas shows below the node. n8n evaluates its source: see `toExpression`.
 * @returns the whole subtitle, or details to append to the action; details that are not literals are left
 * out
 */
export type SubtitleFunction = (
	parameters: StoredParameters,
	tools: SubtitleTools,
) => string | Array<string | undefined>;

/** One operation: what the editor shows of it, and what it does with the items of a run. */
export interface Operation {
	/** Shown in the list of the resource's operations, in title case. */
	name: string;
	/** Shown in the list of the node's actions, in sentence case. */
	action: string;
	description: string;
	/** Shown only if this resource and operation are chosen. */
	properties: INodeProperties[];
	/** Without it, the subtitle is the action. */
	subtitle?: SubtitleFunction;
	/** Names that `subtitle` uses in addition to the platforms'. */
	subtitleNames?: OptionNames;
	/** Runs the operation on all input items, and returns the items of each output. */
	execute: (context: IExecuteFunctions) => Promise<INodeExecutionData[][]>;
}

/** A resource with its operations, by option value and in the order of the editor's list: by task, not by name. */
export interface Resource {
	name: string;
	/** The option value of the operation that is chosen first. */
	defaultOperation: string;
	operations: Record<string, Operation>;
}
