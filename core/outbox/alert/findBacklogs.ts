import groupBy from 'lodash/groupBy';

import { MINUTE_MS } from '../../lib/time';
import type { Row } from '../store/tables';

import type { Backlog } from './alertTypes';

/** Deliveries that have been due for longer are late: Deliver Due should run every minute. */
export const LATE_MS = 15 * MINUTE_MS;

/**
 * Finds the tenants whose deliveries are late.
 * @param due rows of due deliveries: no more than a run leases at once
 */
export const findBacklogs = (due: Row[], nowMs: number): Backlog[] =>
	Object.entries(groupBy(due, 'tenant_id')).flatMap(([tenantId, rows]) => {
		const [oldestDueAt] = rows.map(({ next_attempt_at }) => String(next_attempt_at)).sort();
		return nowMs - Date.parse(oldestDueAt) >= LATE_MS
			? [{ tenantId, due: rows.length, oldestDueAt }]
			: [];
	});
