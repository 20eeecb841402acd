import pickBy from 'lodash/pickBy';
import type { IExecuteFunctions } from 'n8n-workflow';

import { HOUR_MS, isDueAgain } from '../../../../core/lib/time';
import type { Backlog } from '../../../../core/outbox/alert/alertTypes';
import { sendBacklogAlerts } from '../../../../core/outbox/alert/sendAlerts';
import { publishEvents } from '../../../../core/outbox/dispatch/publish';
import type { RunLimits } from '../../../../core/outbox/model';
import type { OutboxPorts } from '../../../../core/outbox/ports';
import { isOutputRead } from '../../../shared/execution/connections';
import type { TablesFullError } from '../../../shared/outbox/dataTableSteps';
import {
	OUTPUT_LABELS,
	pairWithAllInputs,
	toBacklogItem,
	toFullItem,
	type OutputItems,
} from '../outputItems';

/** Alerts about the outbox itself. n8n stores with the workflow when each was last shown. */

interface AlertTimes {
	alertedAtMs?: { full?: number };
	/** By the tenant's ID. */
	backlogAtMs?: Record<string, number>;
}

/** Returns whether the alert about full tables is due: at most one in an hour. */
function isFullDue(context: IExecuteFunctions, nowMs: number): boolean {
	const times: AlertTimes = context.getWorkflowStaticData('node');
	if (!isDueAgain(times.alertedAtMs?.full ?? 0, nowMs, HOUR_MS)) return false;
	times.alertedAtMs = { full: nowMs };
	return true;
}

/** Selects the backlogs to alert to: at most one of each tenant in an hour, whatever the others have. */
function selectDueBacklogs(
	context: IExecuteFunctions,
	backlogs: Backlog[],
	nowMs: number,
): Backlog[] {
	const times: AlertTimes = context.getWorkflowStaticData('node');
	const recent = pickBy(times.backlogAtMs ?? {}, (lastMs) => !isDueAgain(lastMs, nowMs, HOUR_MS));
	const due = backlogs.filter(({ tenantId }) => !Object.keys(recent).includes(tenantId));
	if (due.length === 0) return [];
	const added = Object.fromEntries(due.map(({ tenantId }) => [tenantId, nowMs]));
	times.backlogAtMs = { ...recent, ...added };
	return due;
}

/** Shows the owner that deliveries are late, and tells the tenants if the outbox sends alerts. */
export async function alertToBacklogs(
	context: IExecuteFunctions,
	outbox: OutboxPorts,
	backlogs: Backlog[],
	limits: RunLimits,
	outputs: OutputItems,
): Promise<void> {
	if (backlogs.length === 0) return;
	const due = selectDueBacklogs(context, backlogs, outbox.nowMs());
	const pairedItem = pairWithAllInputs(context.getInputData().length);
	for (const backlog of due) outputs.putAlert(toBacklogItem(backlog), pairedItem);
	await sendBacklogAlerts(outbox, due, limits, publishEvents);
}

/**
 * Shows the owner that n8n's tables are full. No event can be stored, so no tenant can be told.
 * @throws the error, if no enabled node is connected to Health
 */
export function alertToFullTables(
	context: IExecuteFunctions,
	error: TablesFullError,
	nowMs: number,
	outputs: OutputItems,
): void {
	if (!isOutputRead(context, OUTPUT_LABELS.outbox.indexOf('Health'))) throw error;
	context.addExecutionHints({ type: 'warning', location: 'outputPane', message: error.message });
	if (!isFullDue(context, nowMs)) return;
	const pairedItem = pairWithAllInputs(context.getInputData().length);
	outputs.putAlert(toFullItem(error.message), pairedItem);
}
