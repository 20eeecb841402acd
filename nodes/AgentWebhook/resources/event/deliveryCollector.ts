import { randomUUID } from 'crypto';
import type { IDataObject, IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import {
	buildDirectDeliveries,
	createPendingEvent,
	toDirectSkippedItem,
	toEventRef,
	type DirectJob,
	type EventRef,
	type PendingEvent,
} from '../../../../core/event/directDelivery';
import { IdentifiedEvents } from '../../../../core/event/sameEvent';
import { stringifyExactJson } from '../../../../core/lib/exactJson';
import { ItemParameters } from '../../../shared/parameters/itemParameters';

import { ItemCredentials } from './itemCredentials';
import { readEventType, readRequestData, testItemConditions } from './itemEvent';
import { isRetryItem, resumeDelivery } from './retryState';
import { SendSettingsReader } from './sendSettingsReader';

/** A delivery to attempt in this run, with the input items that it answers. */
export interface DeliveryJob extends DirectJob {
	items: Array<{ itemIndex: number; ref: EventRef }>;
}

/** An event of an input item that is not part of a delivery yet. */
type CollectedEvent = PendingEvent & Pick<DirectJob, 'credential'> & { itemIndex: number };

/** Collects what the input items ask for: new events, and deliveries that come back from Retry. */
export class DeliveryCollector {
	private pending: CollectedEvent[] = [];

	private readonly resumed = new Map<string, DeliveryJob>();

	private readonly parameters: ItemParameters;

	private readonly settingsReader: SendSettingsReader;

	private readonly identifiedEvents = new IdentifiedEvents();

	/** @param eventIds IDs that an earlier run gave to events, by item index */
	constructor(
		private readonly context: IExecuteFunctions,
		private readonly nowMs: number,
		private readonly eventIds: Record<number, string | undefined>,
	) {
		this.parameters = new ItemParameters(context);
		this.settingsReader = new SendSettingsReader(this.parameters);
	}

	/** @returns the result item if the event is not sent, since its conditions are not met */
	add(item: INodeExecutionData, itemIndex: number): IDataObject | undefined {
		if (isRetryItem(item.json)) {
			this.resume(item.json, itemIndex);
			return undefined;
		}
		const { parameters } = this;
		const { settings, ...read } = this.settingsReader.read(itemIndex);
		const eventId = read.eventId ?? this.eventIds[itemIndex] ?? `evt_${randomUUID()}`;
		const { kind, target } = settings;
		const data = readRequestData(parameters, kind, item, itemIndex);
		const condition = testItemConditions(parameters, itemIndex, data);
		const type = kind.events ? readEventType(parameters, kind.events.types, itemIndex) : null;
		const ref = toEventRef(settings, eventId, type);
		if (!condition.met) {
			return toDirectSkippedItem(condition.condition, ref, target) as IDataObject;
		}
		if (read.eventId !== undefined) {
			const content = { type: type ?? kind.id, dataJson: stringifyExactJson(data) };
			this.identifiedEvents.add(target.url, eventId, content);
		}
		this.pending.push({ ...createPendingEvent(settings, ref, data, this.nowMs), itemIndex });
		return undefined;
	}

	private resume(json: IDataObject, itemIndex: number): void {
		const { pending, ref } = resumeDelivery(this.context, json);
		const { attempts, delivery, nextAttemptAtMs } = pending;
		const job = this.resumed.get(delivery.id) ?? {
			delivery,
			progress: { attempts, nextAttemptAtMs },
			items: [],
		};
		this.resumed.set(delivery.id, job);
		job.items.push({ itemIndex, ref });
	}

	/**
	 * Reads the credential for all that is signed, after every item was added. Events with different fields share no batch.
	 * @param reject gets the items whose credential has an expression that fails: they are not sent
	 * @throws the errors of n8n if no item can have the credential
	 */
	async readCredentials(reject: (itemIndex: number, error: unknown) => void): Promise<void> {
		const credentials = new ItemCredentials(this.context);
		const pending: CollectedEvent[] = [];
		for (const event of this.pending) {
			if (!event.target.signed) {
				pending.push(event);
				continue;
			}
			const read = await credentials.read(event.itemIndex);
			if ('error' in read) reject(event.itemIndex, read.error);
			else {
				// Events that share one text are grouped fastest.
				const batchKey = read.key === undefined ? event.batchKey : `${event.batchKey} ${read.key}`;
				pending.push({ ...event, batchKey, credential: read.fields });
			}
		}
		this.pending = pending;
		for (const [id, job] of this.resumed) {
			if (!job.delivery.target.signed) continue;
			const read = await credentials.read(job.items[0].itemIndex);
			if ('error' in read) {
				for (const { itemIndex } of job.items) reject(itemIndex, read.error);
				this.resumed.delete(id);
			} else job.credential = read.fields;
		}
	}

	/** Builds all deliveries, after the credentials were read. */
	build(maxEvents: number): DeliveryJob[] {
		const deliveries = buildDirectDeliveries(this.pending, maxEvents, {
			newId: randomUUID,
			nowMs: this.nowMs,
		});
		const started = deliveries.map(
			({ delivery, events }): DeliveryJob => ({
				delivery,
				progress: { attempts: [] },
				credential: events[0].credential,
				items: events.map(({ itemIndex, ref }) => ({ itemIndex, ref })),
			}),
		);
		return [...this.resumed.values(), ...started];
	}
}
