import attempt from 'lodash/attempt';
import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import type { EventOrigin } from '../../../../core/outbox/model';
import { isAgentTool, listWorkflowNodes } from '../../../shared/execution/connections';
import type { ItemParameters } from '../../../shared/parameters/itemParameters';

/** Longer IDs are no IDs. */
const MAX_ID_LENGTH = 300;

const TRIGGER_TYPE = /\.(?:agentWebhookTrigger|executeWorkflowTrigger)$/;

const toId = (value: unknown): string | null =>
	typeof value === 'string' && value !== '' ? value.slice(0, MAX_ID_LENGTH) : null;

/** Returns the number of workflows in an item that a workflow got as an endpoint; 0 for any other item. */
const readItemHops = ({ endpoint_id: endpointId, hops }: Record<string, unknown>): number =>
	typeof hops === 'number' && hops > 0 && toId(endpointId) !== null ? hops : 0;

/**
 * Returns the ID of the received event in an item of Agent Webhook Trigger, which is what its sender called it, or in an
 * item that a workflow got as an endpoint.
 */
function readTriggerItem(json: Record<string, unknown>): string | null {
	if (readItemHops(json) > 0) return toId(json.event_id);
	const isOfTrigger = toId(json.request_id) !== null && toId(json.received_at) !== null;
	return isOfTrigger ? (toId(json.duplicate_key) ?? toId(json.request_id)) : null;
}

/**
 * Lists the triggers that may have started this run: those before this node. A tool of an AI agent has no node before it,
 * so all of its workflow may have.
 */
function listTriggers(context: IExecuteFunctions): string[] {
	const candidates = isAgentTool(context)
		? listWorkflowNodes(context)
		: context.getParentNodes(context.getNode().name);
	return candidates.filter(({ type }) => TRIGGER_TYPE.test(type)).map(({ name }) => name);
}

/** Reads the first two items of a trigger; none if another trigger started the execution. */
function readItems(context: IExecuteFunctions, trigger: string): Array<Record<string, unknown>> {
	const expression = `{{ JSON.stringify($(${JSON.stringify(trigger)}).all().map((item) => item.json).slice(0, 2)) }}`;
	const items: unknown = attempt(() => context.evaluateExpression(expression, 0));
	if (typeof items !== 'string') return [];
	const parsed: unknown = attempt(() => JSON.parse(items) as unknown);
	return Array.isArray(parsed) ? (parsed as Array<Record<string, unknown>>) : [];
}

/** Reads the first two items of the trigger that started the execution, if it is one of those that have events. */
function readTriggerItems(context: IExecuteFunctions): Array<Record<string, unknown>> {
	for (const trigger of listTriggers(context)) {
		const items = readItems(context, trigger);
		if (items.length > 0) return items;
	}
	return [];
}

/** Finds the received event that the whole run is about: the only item of the trigger before this node. */
function findTriggerEvent(context: IExecuteFunctions): string | null {
	const [item, ...others] = readTriggerItems(context);
	return item !== undefined && others.length === 0 ? readTriggerItem(item) : null;
}

/** Counts the workflows that are endpoints and that, one after another, led to this run; 0 for any other run. */
export const countHops = (context: IExecuteFunctions): number =>
	Math.max(0, ...readTriggerItems(context).map(readItemHops));

/** Returns a function that says where the event of an item comes from. */
export function createOriginReader(
	parameters: ItemParameters,
): (item: INodeExecutionData, itemIndex: number) => EventOrigin {
	const { context } = parameters;
	const node = {
		executionId: toId(context.getExecutionId()),
		workflowId: toId(context.getWorkflow().id),
		nodeName: context.getNode().name,
	};
	let ofRun: string | null | undefined;
	const findOfRun = (): string | null => {
		if (ofRun === undefined) ofRun = findTriggerEvent(context);
		return ofRun;
	};
	return ({ json }, itemIndex) => {
		const chosen = String(parameters.read('options.inboundEventId', itemIndex, '') ?? '').trim();
		return {
			...node,
			inboundEventId: toId(chosen) ?? readTriggerItem(json) ?? findOfRun(),
		};
	};
}
