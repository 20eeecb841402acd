import { randomUUID } from 'crypto';
import type { IDataObject } from 'n8n-workflow';

import { KEY_RIGHTS, type KeyRight } from '../../../../core/outbox/apiKey/apiKeyToken';
import { getKeyOwner, issueKey } from '../../../../core/outbox/apiKey/keyStanding';
import { DEFAULT_TENANT } from '../../../../core/outbox/model';
import { findTenant, TenantNotFoundError } from '../../../../core/outbox/tenant/tenantRepository';
import { DAY_MS, toIsoTime } from '../../../../core/lib/time';
import { openApiKeys } from '../../../shared/outbox/openOutbox';
import { buildNotice } from '../../../shared/properties/notice';
import { buildWholeOutboxOperation } from '../outboxOperation';

import { tenantIdField } from './tenantFields';

const DESCRIPTIONS: Record<KeyRight, string> = {
	read: 'To read endpoints, messages and attempts',
	manage: 'To create and change endpoints, resend and recover',
	replay: 'To resend and recover, without changing endpoints',
	send: 'To send messages',
	secrets: 'To read signing secrets, headers and the queries of URLs',
};

export const createApiKeyOperation = buildWholeOutboxOperation({
	name: 'Create API Key',
	action: 'Create an API key',
	description: 'Create a key for the API that the trigger serves. It is shown once.',
	properties: [
		buildNotice(
			'apiKeyNotice',
			'The execution’s data contains the key, and nothing shows it again: copy it, then delete the execution.',
		),
		{
			displayName: 'Access',
			name: 'keyAccess',
			type: 'options',
			noDataExpression: true,
			options: [
				{
					name: 'All Tenants',
					value: 'all',
					description: 'For your own backend, which also creates applications and event types',
				},
				{
					name: 'One Tenant',
					value: 'tenant',
					description: 'For a subscriber, who sees nothing of other tenants',
				},
			],
			default: 'tenant',
		},
		{ ...tenantIdField, displayOptions: { show: { keyAccess: ['tenant'] } } },
		{
			displayName: 'Rights',
			name: 'keyRights',
			type: 'multiOptions',
			options: KEY_RIGHTS.map((value) => ({
				name: value[0].toUpperCase() + value.slice(1),
				value,
				description: DESCRIPTIONS[value],
			})).sort((a, b) => a.name.localeCompare(b.name)),
			default: ['read', 'manage'],
			description: 'What the key allows',
		},
		{
			displayName: 'Options',
			name: 'options',
			type: 'collection',
			placeholder: 'Add option',
			default: {},
			options: [
				{
					displayName: 'Valid For (Days)',
					name: 'validDays',
					type: 'number',
					typeOptions: { minValue: 0 },
					default: 365,
					description: 'When the key ends. Without this option, it is valid until you withdraw it.',
				},
			],
		},
	],
	subtitle: ({ tenantId }) => [tenantId],
	executeItem: async (outbox, context, itemIndex) => {
		const isForAll = context.getNodeParameter('keyAccess', itemIndex) === 'all';
		const tenantId = isForAll ? null : (context.getNodeParameter('tenantId', itemIndex) as string);
		const rights = context.getNodeParameter('keyRights', itemIndex) as KeyRight[];
		const options = context.getNodeParameter('options', itemIndex, {}) as { validDays?: number };
		const ownerId = getKeyOwner({ tenantId });
		const owner = await findTenant(outbox.tables, ownerId);
		if (owner === undefined && ownerId !== DEFAULT_TENANT) throw new TenantNotFoundError(ownerId);
		const validMs = options.validDays === undefined ? null : options.validDays * DAY_MS;
		const input = { id: `key_${randomUUID()}`, tenantId, rights, validMs };
		const facts = issueKey(input, owner, outbox.nowMs());
		const keys = await openApiKeys(context);
		return {
			api_key: keys.create(facts),
			id: facts.id,
			tenant_id: tenantId,
			rights,
			created_at: toIsoTime(facts.issuedAtMs),
			expires_at: facts.expiresAtMs === null ? null : toIsoTime(facts.expiresAtMs),
		} satisfies IDataObject;
	},
});
