import { readRegisteredEndpoints } from '../endpoint/repository';
import type { RegisteredEndpoint } from '../model';
import { findEndpointRows, type EndpointStorage } from '../store/endpoints';
import { findLeasedRows, readLeasedEvents } from '../store/events';
import type { RowFinder, Tables } from '../store/tables';

import { deriveDeliveries, type DerivedDelivery } from './underWay';

/** The rest of the log: the endpoints, and the deliveries that have no row yet. */
export interface Surroundings {
	registered: RegisteredEndpoint[];
	/** Deliveries of events under way; some may have a row. */
	underWay: DerivedDelivery[];
}

/**
 * Reads the log's rows. The first call also reads the events under way and the endpoints: before the rows, so
 * that a delivery which gets its row meanwhile is in one of the two.
 */
export class LogReader implements RowFinder {
	private surroundings: Promise<Surroundings> | undefined;

	constructor(private readonly storage: EndpointStorage) {}

	find: Tables['find'] = async (table, query, options) => {
		const { tables } = this.storage;
		if (this.surroundings !== undefined) return await tables.find(table, query, options);
		const [eventRows, endpointRows, rows] = await tables.applyAndFind(
			[],
			[findLeasedRows(), findEndpointRows(), { table, query, options }],
		);
		this.surroundings = (async () => {
			const events = await readLeasedEvents(tables, eventRows);
			const registered = await readRegisteredEndpoints(this.storage, endpointRows);
			return { registered, underWay: deriveDeliveries(events, registered) };
		})();
		await this.surroundings;
		return rows;
	};

	/** Returns what the first call has read besides its rows. */
	async getSurroundings(): Promise<Surroundings> {
		return (await this.surroundings) ?? { registered: [], underWay: [] };
	}
}
