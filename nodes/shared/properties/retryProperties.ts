import type { INodeProperties, INodePropertyOptions } from 'n8n-workflow';

import type { Platform } from '../../../core/platforms';
import { formatDelay } from '../../../core/sending/delays';
import { listWaitsMs, RETRY_PRESETS, type RetryPolicy } from '../../../core/sending/retryPolicy';

import { buildNotice } from './notice';

const describeWaits = (policy: RetryPolicy): string =>
	listWaitsMs(policy).map(formatDelay).join(', ');

const PRESETS = [
	{ name: 'For a Day', value: 'day', policy: RETRY_PRESETS.day },
	{ name: 'For an Hour', value: 'hour', policy: RETRY_PRESETS.hour },
	{ name: 'For Three Days', value: 'threeDays', policy: RETRY_PRESETS.threeDays },
];

/** @param platformWaits what the option for the platform's own schedule says */
const buildSchedule = (platformWaits: string): INodeProperties => {
	const options: INodePropertyOptions[] = [
		{ name: 'Custom List', value: 'list', description: 'The waits in "Retry Delays"' },
		{
			name: 'Exponential',
			value: 'exponential',
			description: 'Each wait is longer than the previous one, up to a limit',
		},
		...PRESETS.map(({ name, policy, value }) => ({
			name,
			value,
			description: `Waits of ${describeWaits(policy)}`,
		})),
		{ name: 'No Retries', value: 'none' },
		{ name: 'Platform’s Own', value: 'platform', description: platformWaits },
	];
	return {
		displayName: 'Retry Schedule',
		name: 'retrySchedule',
		type: 'options',
		options,
		default: 'platform',
		description: 'When to retry after a failed attempt',
	};
};

/** The fields of the schedules whose waits a person enters. */
const buildScheduleFields = (firstDelaySeconds: number): INodeProperties[] => {
	const displayOptions = { show: { retrySchedule: ['exponential'] } };
	return [
		{
			displayName: 'Retry Delays',
			name: 'retryDelays',
			type: 'string',
			default: '',
			required: true,
			placeholder: 'e.g. 30 s, 5 min, 1 h, 1 day',
			description: 'Comma-separated times to wait before each retry',
			displayOptions: { show: { retrySchedule: ['list'] } },
		},
		{
			displayName: 'Max Retries',
			name: 'maxRetries',
			type: 'number',
			typeOptions: { minValue: 0, maxValue: 50, numberPrecision: 0 },
			default: 3,
			description: 'How often to retry after a failed first attempt',
			displayOptions,
		},
		{
			displayName: 'First Retry After (Seconds)',
			name: 'firstDelaySeconds',
			type: 'number',
			typeOptions: { minValue: 0, maxValue: 86400 },
			default: firstDelaySeconds,
			description: 'Time to wait before the first retry',
			displayOptions,
		},
		{
			displayName: 'Backoff Multiplier',
			name: 'backoffMultiplier',
			type: 'number',
			typeOptions: { minValue: 1, maxValue: 10 },
			default: 2,
			description: 'Factor by which each wait is longer than the previous one',
			displayOptions,
		},
		{
			displayName: 'Longest Wait (Seconds)',
			name: 'maxDelaySeconds',
			type: 'number',
			typeOptions: { minValue: 0, maxValue: 2592000 },
			default: 3600,
			description: 'Longest time to wait between two attempts',
			displayOptions,
		},
	];
};

/** The fields of a collection that changes the retries of an endpoint, whose platform is not shown. */
export const retryUpdateFields: INodeProperties[] = [
	buildSchedule('As the platform documents it'),
	...buildScheduleFields(10),
];

/** Names of the parameters of {@link buildRetryProperties}. */
export const RETRY_PARAMETERS = retryUpdateFields.map(({ name }) => name);

/** Hides an option that has no effect without retries. */
export const hideWithoutRetries = (option: INodeProperties): INodeProperties => ({
	...option,
	displayOptions: {
		...option.displayOptions,
		hide: { ...option.displayOptions?.hide, '/retrySchedule': ['none'] },
	},
});

/**
 * Returns the parameters to choose when to retry. Platforms with the same waits share one list of schedules,
 * and a notice spells the chosen one out.
 * @param firstDelaySeconds default of the first wait of an exponential schedule
 */
export function buildRetryProperties(
	platforms: Platform[],
	firstDelaySeconds: number,
): INodeProperties[] {
	const groups = new Map<string, string[]>();
	for (const { id, retry } of platforms) {
		const waits = describeWaits(retry);
		groups.set(waits, [...(groups.get(waits) ?? []), id]);
	}
	const notice = (waits: string, show: Record<string, string[]>): INodeProperties =>
		buildNotice('retryNotice', `Retries after ${waits}.`, { show });
	const own = [...groups].map(([waits, platform]) => ({
		waits,
		platform,
		schedule: buildSchedule(`Waits of ${waits}`),
	}));
	return [
		...own.map(({ platform, schedule }) => ({
			...schedule,
			displayOptions: { show: { platform } },
		})),
		...own.map(({ platform, waits }) => notice(waits, { platform, retrySchedule: ['platform'] })),
		...PRESETS.map(({ policy, value }) =>
			notice(describeWaits(policy), { retrySchedule: [value] }),
		),
		...buildScheduleFields(firstDelaySeconds),
	];
}
