import pickBy from 'lodash/pickBy';
import { UserError, type INodeProperties } from 'n8n-workflow';

import type { Tenant } from '../../../../core/outbox/model';
import { DEFAULT_MAX_ENDPOINTS } from '../../../../core/outbox/store/insertEndpoint';
import type { TenantInput } from '../../../../core/outbox/tenant/tenantInput';

/** The tenant that an operation works on. */
export const tenantIdField: INodeProperties = {
	displayName: 'Tenant ID',
	name: 'tenantId',
	type: 'string',
	default: '',
	required: true,
	placeholder: 'e.g. acme',
	description: 'ID of the tenant: letters, digits, periods, colons, hyphens and underscores',
};

export const tenantNameField: INodeProperties = {
	displayName: 'Name',
	name: 'tenantName',
	type: 'string',
	default: '',
	placeholder: 'e.g. Acme Inc.',
};

/** The fields of a tenant that Create and Update share. {@link readTenantFields} reads them. */
export const tenantSettingFields: INodeProperties[] = [
	{
		displayName: 'Max Age (Days)',
		name: 'retentionDays',
		type: 'number',
		typeOptions: { minValue: 0, maxValue: 36500 },
		default: 7,
		description: 'How long to keep the tenant’s delivered, failed and on-hold deliveries',
	},
	{
		displayName: 'Max Deliveries in Log',
		name: 'maxOnRecord',
		type: 'number',
		typeOptions: { minValue: 0, numberPrecision: 0 },
		default: 10_000,
		description: 'How many of the tenant’s deliveries to keep. The oldest are deleted first.',
	},
	{
		displayName: 'Max Endpoints',
		name: 'maxEndpoints',
		type: 'number',
		typeOptions: { minValue: 0, numberPrecision: 0 },
		default: DEFAULT_MAX_ENDPOINTS,
		description: 'How many endpoints the tenant may have',
	},
	{
		displayName: 'Metadata',
		name: 'metadata',
		type: 'fixedCollection',
		typeOptions: { multipleValues: true },
		placeholder: 'Add entry',
		default: {},
		description: 'Texts to keep with the tenant, such as its ID in another system',
		options: [
			{
				displayName: 'Entry',
				name: 'entry',
				values: [
					{
						displayName: 'Key',
						name: 'key',
						type: 'string',
						default: '',
						placeholder: 'e.g. crm_id',
					},
					{
						displayName: 'Value',
						name: 'value',
						type: 'string',
						default: '',
						placeholder: 'e.g. 0017',
					},
				],
			},
		],
	},
];

/** The values of the fields of a tenant; those that were not added are missing. */
export interface TenantFields {
	maxEndpoints?: number;
	maxOnRecord?: number;
	metadata?: { entry?: Array<{ key: string; value: string }> };
	resetLimits?: string[];
	retentionDays?: number;
	status?: Tenant['status'];
	tenantName?: string;
}

/** @throws UserError for an entry without a key */
function readMetadata({ metadata }: TenantFields): Record<string, string> | undefined {
	if (metadata === undefined) return undefined;
	const entries = metadata.entry ?? [];
	if (entries.some(({ key }) => key.trim() === '')) {
		throw new UserError('A key in "Metadata" is empty. Name the entry, or remove it.');
	}
	return Object.fromEntries(entries.map(({ key, value }) => [key.trim(), value]));
}

/** Reads the fields of a tenant. @throws UserError */
export function readTenantFields(fields: TenantFields): TenantInput {
	const reset = Object.fromEntries((fields.resetLimits ?? []).map((limit) => [limit, null]));
	const limits = pickBy(
		{
			max_endpoints: fields.maxEndpoints,
			retention_days: fields.retentionDays,
			max_deliveries: fields.maxOnRecord,
		},
		(value) => value !== undefined,
	);
	return {
		name: fields.tenantName?.trim(),
		metadata: readMetadata(fields),
		status: fields.status,
		limits: { ...limits, ...reset },
	};
}
