import type { IDataObject, IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import type {
	DeliveryResult,
	DeliveryStatus,
	EndpointChange,
	RunResult,
} from '../../../core/outbox/model';
import {
	ALERT_TYPES,
	BACKLOG_TYPE,
	FULL_TYPE,
	type Backlog,
} from '../../../core/outbox/alert/alertTypes';
import { presentTenantId } from '../../../core/outbox/tenant/presentTenant';
import { toIsoTime } from '../../../core/lib/time';
import { toResultItem } from '../../../core/sending/resultItem';
import { isAgentTool } from '../../shared/execution/connections';

import { addSummary } from './summary';

/**
 * Labels of the outputs on the canvas. The first four of a send have the same index in both ways, so that
 * connections stay right when Send To changes.
 */
export const OUTPUT_LABELS = {
	endpoint: ['Delivered', 'Retry', 'Failed', 'Skipped'],
	subscribers: ['Delivered', 'Pending', 'Failed', 'Skipped', 'Health'],
	outbox: ['Delivered', 'Pending', 'Failed', 'Health'],
};

/** The outputs that all these operations have, by index. */
export const DELIVERED = 0;
/** Retry of a direct send, Pending of the outbox. */
export const WAITING = 1;
export const FAILED = 2;

/** The output of a send for events that were not sent to anybody. */
export const SKIPPED = 3;

const OUTPUT_BY_STATUS: Record<DeliveryStatus, number> = {
	delivered: DELIVERED,
	gathering: WAITING,
	pending: WAITING,
	sending: WAITING,
	failed: FAILED,
	held: FAILED,
	cancelled: FAILED,
};

type PairedItem = INodeExecutionData['pairedItem'];

/** Builds the result item of an outbox delivery, and chooses its output. */
export const toOutboxResultItem = ({
	delivery,
	endpoint,
	response,
}: DeliveryResult): { output: number; json: IDataObject } => ({
	output: OUTPUT_BY_STATUS[delivery.status],
	json: {
		...(toResultItem(delivery, {
			endpoint: {
				id: delivery.endpointId,
				name: endpoint?.name ?? delivery.endpointName,
				url: endpoint?.url ?? null,
			},
			response,
			...(delivery.batchedEventIds && { eventCount: delivery.batchedEventIds.length }),
		}) as IDataObject),
		...presentTenantId(delivery.tenantId),
	},
});

/** Builds the item of a tenant whose deliveries are late. */
export const toBacklogItem = ({ due, oldestDueAt, tenantId }: Backlog): IDataObject => ({
	alert: BACKLOG_TYPE,
	reason: `Deliveries have been due since ${oldestDueAt}. Check that Deliver Due runs every minute, and that its runs end in time.`,
	due,
	oldest_due_at: oldestDueAt,
	...presentTenantId(tenantId),
});

/** Builds the item that says that n8n's tables are full. */
export const toFullItem = (reason: string): IDataObject => ({ alert: FULL_TYPE, reason });

/** Builds the item of an endpoint whose health changed, or to which deliveries failed. */
export const toEndpointChangeItem = ({
	atMs,
	change,
	endpoint,
	exhausted,
	progress,
	reason,
}: EndpointChange): IDataObject => ({
	alert: ALERT_TYPES[change],
	status: endpoint.status,
	...(exhausted && { event: exhausted.eventType }),
	change,
	endpoint_name: endpoint.name,
	reason,
	...(progress !== undefined && { progress }),
	...(exhausted && { response_code: exhausted.responseCode }),
	failing_since: endpoint.failingSince,
	endpoint: endpoint.url,
	timestamp: toIsoTime(atMs),
	...(exhausted && { event_id: exhausted.eventId, delivery_id: exhausted.id }),
	...presentTenantId(endpoint.tenantId),
	endpoint_id: endpoint.id,
});

const getItemIndex = ({ pairedItem }: INodeExecutionData): number =>
	typeof pairedItem === 'object' && !Array.isArray(pairedItem) ? pairedItem.item : 0;

const dueAt = ({ json }: INodeExecutionData): string => String(json.next_attempt_at ?? '');

/** Pairs an item with all input items, for a run that does not depend on any one of them. */
export const pairWithAllInputs = (inputs: number): PairedItem =>
	Array.from({ length: inputs }, (_, item) => ({ item }));

/**
 * Collects the items of each output. When an AI agent runs the node as its tool, all items go to the first
 * output, since the agent reads no other, and say in one line what happened.
 */
export class OutputItems {
	private readonly outputs: INodeExecutionData[][];

	private readonly isTool: boolean;

	/** @param labels from {@link OUTPUT_LABELS} */
	constructor(
		context: IExecuteFunctions,
		private readonly labels: string[],
	) {
		this.outputs = labels.map((): INodeExecutionData[] => []);
		this.isTool = isAgentTool(context);
	}

	put(output: number, item: INodeExecutionData): void {
		if (this.isTool) this.outputs[DELIVERED].push({ ...item, json: addSummary(item.json) });
		else this.outputs[output].push(item);
	}

	/** Puts an item for each endpoint whose health changed on Health. */
	putChanges(changes: EndpointChange[], pairedItem?: PairedItem): void {
		for (const change of changes) {
			this.put(this.labels.indexOf('Health'), { json: toEndpointChangeItem(change), pairedItem });
		}
	}

	/** Puts an alert about the outbox itself on Health. */
	putAlert(json: IDataObject, pairedItem?: PairedItem): void {
		this.put(this.labels.indexOf('Health'), { json, pairedItem });
	}

	/** Puts the results of an outbox run: one item for each delivery, and one for each endpoint change. */
	putRun({ changes, results }: RunResult, pairedItem?: PairedItem): void {
		for (const result of results) {
			const { json, output } = toOutboxResultItem(result);
			const { batchedEventIds } = result.delivery;
			if (batchedEventIds) json.event_ids = batchedEventIds;
			this.put(output, { json, pairedItem });
		}
		this.putChanges(changes, pairedItem);
	}

	/** @returns the items of each output, in the order in which they were put */
	toArray(): INodeExecutionData[][] {
		return this.outputs;
	}

	/** @returns the items of each output in input order; on Retry, those that are due first come first */
	toSortedArray(): INodeExecutionData[][] {
		for (const output of this.outputs) {
			output.sort((a, b) => dueAt(a).localeCompare(dueAt(b)) || getItemIndex(a) - getItemIndex(b));
		}
		return this.outputs;
	}
}
