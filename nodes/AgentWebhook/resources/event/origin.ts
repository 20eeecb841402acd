import attempt from 'lodash/attempt';
import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import type { EventOrigin } from '../../../../core/outbox/model';
import type { ItemParameters } from '../../../shared/parameters/itemParameters';

/** Longer IDs are no IDs. */
const MAX_ID_LENGTH = 300;

const TRIGGER_TYPE = /\.agentWebhookTrigger$/;

const toId = (value: unknown): string | null =>
	typeof value === 'string' && value !== '' ? value.slice(0, MAX_ID_LENGTH) : null;

/** Returns the ID of the received event in an item of Agent Webhook Trigger: what its sender called it. */
function readTriggerItem(json: Record<string, unknown>): string | null {
	const isOfTrigger = toId(json.request_id) !== null && toId(json.received_at) !== null;
	return isOfTrigger ? (toId(json.duplicate_key) ?? toId(json.request_id)) : null;
}

/**
 * Finds the received event that the whole run is about: the only item of the Agent Webhook Trigger before
 * this node.
 */
function findTriggerEvent(context: IExecuteFunctions): string | null {
	const trigger = context
		.getParentNodes(context.getNode().name)
		.find(({ type }) => TRIGGER_TYPE.test(type));
	if (trigger === undefined) return null;
	const expression = `{{ JSON.stringify($(${JSON.stringify(trigger.name)}).all().map((item) => item.json).slice(0, 2)) }}`;
	// It fails if another trigger started the execution.
	const items: unknown = attempt(() => context.evaluateExpression(expression, 0));
	if (typeof items !== 'string') return null;
	const parsed: unknown = attempt(() => JSON.parse(items) as unknown);
	return Array.isArray(parsed) && parsed.length === 1
		? readTriggerItem(parsed[0] as Record<string, unknown>)
		: null;
}

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
