import {
	UserError,
	type IDataObject,
	type IExecuteFunctions,
	type INodeProperties,
} from 'n8n-workflow';

import { parseEventTypes } from '../../../core/event/eventTypes';
import type {
	EndpointShare,
	RecoveryLimits,
	RecoveryReport,
} from '../../../core/outbox/recovery/recoveryReport';
import { readRunOption } from '../../shared/parameters/runOption';
import { tenantField } from '../../shared/properties/tenantProperties';

/** What the operations that recover many deliveries have in common. */

const DEFAULT_MAX_RUN_SECONDS = 300;

/** The switch to count only. {@link readRecoveryLimits} reads it. */
export const previewField: INodeProperties = {
	displayName: 'Preview Only',
	name: 'previewOnly',
	type: 'boolean',
	default: false,
	description: 'Whether to only count the deliveries by endpoint, and change nothing',
};

/** {@link readSince} reads it. */
export const sinceField: INodeProperties = {
	displayName: 'Accepted After',
	name: 'since',
	type: 'dateTime',
	// n8n's own way to write a time of yesterday, which a person can change.
	default: "={{ $now.minus(1, 'day').toISO() }}",
	required: true,
	description:
		'By default, 24 hours ago. Only events that were accepted at or after this time, in the workflow’s timezone unless it has an offset.',
};

export const untilField: INodeProperties = {
	displayName: 'Accepted Before',
	name: 'until',
	type: 'dateTime',
	default: '',
	description:
		'Only events that were accepted before this time, in the workflow’s timezone unless it has an offset',
};

export const eventTypesField: INodeProperties = {
	displayName: 'Event Types',
	name: 'eventTypes',
	type: 'string',
	default: '',
	placeholder: 'e.g. order.*, payment.failed',
	description: 'Comma-separated event types, with * for any text. Leave empty for all.',
};

/** {@link readRecoveryLimits} reads them. */
export const recoveryOptions: INodeProperties = {
	displayName: 'Options',
	name: 'options',
	type: 'collection',
	placeholder: 'Add option',
	default: {},
	options: [
		{
			displayName: 'Max Run Time (Seconds)',
			name: 'maxRunSeconds',
			type: 'number',
			typeOptions: { minValue: 1, maxValue: 3600 },
			default: DEFAULT_MAX_RUN_SECONDS,
			description: 'After this time, the run ends. Run it again to continue.',
		},
		tenantField,
	],
};

/** Reads {@link sinceField}. @throws UserError if it is empty */
export function readSince(context: IExecuteFunctions, itemIndex: number): string {
	const since = context.getNodeParameter('since', itemIndex) as string;
	if (since === '') throw new UserError('"Accepted After" is empty. Enter a time.');
	return since;
}

/** Reads the fields of a collection that are not empty. */
export function readFilters(context: IExecuteFunctions, itemIndex: number): IDataObject {
	const filters = context.getNodeParameter('filters', itemIndex, {}) as IDataObject;
	return Object.fromEntries(Object.entries(filters).filter(([, value]) => value !== ''));
}

/** Reads {@link eventTypesField}. */
export const readEventTypes = ({ eventTypes }: IDataObject): string[] =>
	parseEventTypes(eventTypes as string | string[] | undefined);

/** Reads {@link previewField} and {@link recoveryOptions}. */
export const readRecoveryLimits = (
	context: IExecuteFunctions,
	itemIndex: number,
): RecoveryLimits => ({
	isPreview: context.getNodeParameter('previewOnly', itemIndex) as boolean,
	maxRunMs: readRunOption(context, 'maxRunSeconds', DEFAULT_MAX_RUN_SECONDS) * 1000,
});

const toShareItem = (share: EndpointShare): IDataObject => ({
	endpoint_name: share.endpointName,
	deliveries: share.deliveries,
	oldest: share.oldest,
	newest: share.newest,
	unchanged_deliveries: share.kept,
	reason: share.reason,
	endpoint_id: share.endpointId,
});

/** Builds the item of a recovery, and says in the editor if it is not complete. */
export function toRecoveryItem(
	context: IExecuteFunctions,
	{ isPreview }: RecoveryLimits,
	{ deliveries, endpoints, isComplete, kept }: RecoveryReport,
	span: { since?: string; until?: string },
): IDataObject {
	if (!isComplete) {
		context.addExecutionHints({
			location: 'outputPane',
			type: 'warning',
			message: isPreview
				? 'There was no time to count everything. Enter a later time under <b>Accepted After</b>, or a longer <b>Max Run Time (Seconds)</b>.'
				: 'There was no time for everything. Run this node again to continue.',
		});
	}
	return {
		deliveries,
		unchanged_deliveries: kept,
		preview: isPreview,
		complete: isComplete,
		since: span.since ?? null,
		until: span.until ?? null,
		endpoints: endpoints.map(toShareItem),
	};
}
