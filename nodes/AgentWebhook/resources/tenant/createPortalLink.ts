import { randomUUID } from 'crypto';
import { UserError, type IDataObject, type INodeProperties } from 'n8n-workflow';

import { HOUR_MS, toIsoTime } from '../../../../core/lib/time';
import {
	issueLinkKey,
	toPortalLink,
	type LinkRight,
} from '../../../../core/outbox/apiKey/portalLink';
import { DEFAULT_TENANT } from '../../../../core/outbox/model';
import { findTenant, TenantNotFoundError } from '../../../../core/outbox/tenant/tenantRepository';
import { openApiKeys } from '../../../shared/outbox/openOutbox';
import { parseList, type ListParameter } from '../../../shared/parameters/parse';
import { buildNotice } from '../../../shared/properties/notice';
import { buildWholeOutboxOperation } from '../outboxOperation';

import { tenantIdField } from './tenantFields';

const rightsField: INodeProperties = {
	displayName: 'Rights',
	name: 'linkRights',
	type: 'multiOptions',
	options: [
		{
			name: 'Manage',
			value: 'manage',
			description: 'To create, change and delete endpoints, resend and recover',
		},
		{ name: 'Replay', value: 'replay', description: 'To resend and recover' },
		{
			name: 'Secrets',
			value: 'secrets',
			description: 'To read signing secrets, headers and the queries of URLs',
		},
	],
	default: ['manage', 'secrets'],
	description: 'What the link allows besides to read. Leave empty for a link that only reads.',
};

const optionsField: INodeProperties = {
	displayName: 'Options',
	name: 'options',
	type: 'collection',
	placeholder: 'Add option',
	default: {},
	options: [
		{
			displayName: 'Channels',
			name: 'channels',
			type: 'string',
			default: '',
			placeholder: 'e.g. project-1, project-2',
			description:
				'Comma-separated channels, the only ones that the link is for. Leave empty for all.',
		},
		{
			displayName: 'Event Types',
			name: 'eventTypes',
			type: 'string',
			default: '',
			placeholder: 'e.g. order.created, order.paid',
			description:
				'Comma-separated event types, the only ones that the link is for. Endpoints that get others are not shown. Leave empty for all.',
		},
		{
			displayName: 'Valid For (Hours)',
			name: 'validHours',
			type: 'number',
			typeOptions: { minValue: 0.1, maxValue: 168 },
			default: 1,
			description: 'When the link ends: after an hour by default, and after seven days at most',
		},
	],
};

/** @throws UserError for a URL that no portal has */
function requirePortalUrl(text: string): string {
	const url = text.trim();
	if (/^https?:\/\/[^#?\s]+$/.test(url) && URL.canParse(url)) return url;
	throw new UserError(
		'"Portal URL" is not a complete URL. Copy the production URL that ends in /portal from the Agent Webhook Trigger, whose option "Portal" must be on.',
	);
}

export const createPortalLinkOperation = buildWholeOutboxOperation({
	name: 'Create Portal Link',
	action: 'Create a link to the portal',
	description: 'Create a link with which a subscriber looks after the endpoints of a tenant',
	properties: [
		buildNotice(
			'portalLinkNotice',
			'Whoever has the link can use it until it ends. Create it when a subscriber asks for it, and do not save the execution.',
		),
		{ ...tenantIdField, description: 'ID of the tenant that the link is for' },
		{
			displayName: 'Portal URL',
			name: 'portalUrl',
			type: 'string',
			default: '',
			required: true,
			placeholder: 'e.g. https://n8n.example.com/webhook/…/svix/portal',
			description:
				'The production URL of the portal. The Agent Webhook Trigger shows it if its option "Portal" is on.',
		},
		rightsField,
		buildNotice(
			'egressNotice',
			'With the right "Manage", subscribers choose where n8n sends requests. Turn on n8n’s egress protection (N8N_SSRF_PROTECTION_ENABLED): without it, a name of theirs can lead into your network.',
			{ show: { linkRights: ['manage'] } },
		),
		optionsField,
	],
	subtitle: ({ tenantId }) => [tenantId],
	executeItem: async (outbox, context, itemIndex) => {
		const tenantId = context.getNodeParameter('tenantId', itemIndex) as string;
		const rights = context.getNodeParameter('linkRights', itemIndex) as LinkRight[];
		const portalUrl = requirePortalUrl(context.getNodeParameter('portalUrl', itemIndex) as string);
		const {
			channels = '',
			eventTypes = '',
			validHours = 1,
		} = context.getNodeParameter('options', itemIndex, {}) as {
			channels?: ListParameter;
			eventTypes?: ListParameter;
			validHours?: number;
		};
		const owner = await findTenant(outbox.tables, tenantId);
		if (owner === undefined && tenantId !== DEFAULT_TENANT) throw new TenantNotFoundError(tenantId);
		const facts = issueLinkKey(
			{
				keyId: `key_${randomUUID()}`,
				tenantId,
				rights,
				validMs: validHours * HOUR_MS,
				filter: { eventTypes: parseList(eventTypes), channels: parseList(channels) },
			},
			owner,
			outbox.nowMs(),
		);
		const keys = await openApiKeys(context);
		return {
			url: toPortalLink(portalUrl, keys.create(facts)),
			id: facts.id,
			tenant_id: tenantId,
			rights: facts.rights,
			created_at: toIsoTime(facts.issuedAtMs),
			expires_at: facts.expiresAtMs === null ? null : toIsoTime(facts.expiresAtMs),
		} satisfies IDataObject;
	},
});
