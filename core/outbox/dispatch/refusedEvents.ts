import { compileDataChecks } from '../eventType/eventDataCheck';
import type { Lease, OutboxEvent } from '../model';
import type { OutboxPorts } from '../ports';
import { applyAllChanges } from '../store/changeGroups';
import { removeLeasedEvent } from '../store/events';
import { findAny } from '../store/tables';

/** Deletes events that a run leases and does not send: their idempotency keys stay free for corrected events. */
export async function removeUnsendable(
	{ tables }: Pick<OutboxPorts, 'tables'>,
	eventIds: string[],
	{ owner }: Lease,
): Promise<void> {
	await applyAllChanges(
		tables,
		eventIds.map((id) => removeLeasedEvent(id, owner)),
	);
}

/**
 * Checks the data of events whose run was killed before it could, and deletes those that it had to refuse.
 * @param lease that of the events
 * @returns the IDs of the deleted events
 */
export async function removeRefused(
	ports: Pick<OutboxPorts, 'announce' | 'tables'>,
	unchecked: OutboxEvent[],
	lease: Lease,
): Promise<Set<string>> {
	if (unchecked.length === 0) return new Set();
	const types = unchecked.map(({ type }) => type);
	const findDataFault = compileDataChecks(
		await findAny(ports.tables, 'event_types', 'name', types),
	);
	const refusedIds = unchecked.flatMap((event) => {
		const fault = findDataFault(event);
		if (fault === undefined) return [];
		ports.announce(
			`The event ${event.id} was refused: its workflow ended before it had checked the data. ${fault}`,
		);
		return event.id;
	});
	await removeUnsendable(ports, refusedIds, lease);
	return new Set(refusedIds);
}
