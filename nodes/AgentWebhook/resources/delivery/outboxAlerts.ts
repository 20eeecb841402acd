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

type AlertedAtMs = Partial<Record<'backlog' | 'full', number>>;

/** Returns whether an alert is due: at most one of a kind in an hour. */
function isAlertDue(context: IExecuteFunctions, kind: keyof AlertedAtMs, nowMs: number): boolean {
	const staticData = context.getWorkflowStaticData('node') as { alertedAtMs?: AlertedAtMs };
	const { [kind]: lastMs = 0 } = staticData.alertedAtMs ?? {};
	if (!isDueAgain(lastMs, nowMs, HOUR_MS)) return false;
	staticData.alertedAtMs = { ...staticData.alertedAtMs, [kind]: nowMs };
	return true;
}

/** Shows the owner that deliveries are late, and tells the tenants if the outbox sends alerts. */
export async function alertToBacklogs(
	context: IExecuteFunctions,
	outbox: OutboxPorts,
	backlogs: Backlog[],
	limits: RunLimits,
	outputs: OutputItems,
): Promise<void> {
	if (backlogs.length === 0 || !isAlertDue(context, 'backlog', outbox.nowMs())) return;
	const pairedItem = pairWithAllInputs(context.getInputData().length);
	for (const backlog of backlogs) outputs.putAlert(toBacklogItem(backlog), pairedItem);
	await sendBacklogAlerts(outbox, backlogs, limits, publishEvents);
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
	if (!isAlertDue(context, 'full', nowMs)) return;
	const pairedItem = pairWithAllInputs(context.getInputData().length);
	outputs.putAlert(toFullItem(error.message), pairedItem);
}
