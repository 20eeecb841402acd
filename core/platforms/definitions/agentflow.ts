import { z } from 'zod';

import { SIGNED } from '../authentication';
import { exponentialRetry } from '../../sending/retryPolicy';
import type { Platform } from '../platform';
import { eventData, fields, text } from '../bodySchemas';

/** The documentation shows no event's data, but names lead_id as the key that every event has. */
const lead = eventData(['lead_id'], {});

/** See docs/platforms.md#agentflow. */
export const platform: Platform = {
	id: 'agentflow',
	name: 'AgentFlow',
	description:
		'X-AgentFlow-Signature: sha256= and a hex HMAC of X-AgentFlow-Timestamp and the body',
	section: 'platform',
	category: 'agents',
	evidence: 'official page',
	source: 'docs/platforms.md#agentflow',
	scheme: {
		name: 'agentflow',
		signatureHeader: 'X-AgentFlow-Signature',
		forms: [{ prefix: 'sha256=', algorithm: 'hmac-sha256', encoding: 'hex' }],
		content: '{timestamp}.{body}',
		timestamp: { header: 'X-AgentFlow-Timestamp', unit: 's', toleranceSeconds: 300 },
		secretFormat: 'text',
	},
	httpsOnly: true,
	sourceAddresses: [],
	events: {
		types: [
			{ value: 'lead.qualified', name: 'Lead Qualified', data: lead },
			{ value: 'lead.rejected', name: 'Lead Rejected', data: lead },
			{ value: 'lead.review_requested', name: 'Lead Review Requested', data: lead },
		],
		envelope: { event: '{event}', timestamp: '{timestamp}', data: '{data}' },
		timestampFormat: 'iso-seconds',
		schema: fields({ event: z.string().min(1), data: z.record(z.unknown()) }, { timestamp: text }),
		type: [{ body: 'event' }],
		data: 'data',
		time: { body: 'timestamp' },
		duplicateKey: [{ body: 'data.lead_id' }, { body: 'event' }],
		authentication: SIGNED,
	},
	setup: {
		menu: 'Settings → Webhooks → Outbound',
		secret: {
			name: 'Signing Secret',
			place: 'under Settings → Webhooks → Outbound, or under Inbound for leads',
		},
	},
	requests: [
		{
			id: 'lead',
			name: 'Lead',
			description: 'A lead to qualify: name, email and any other details',
			schema: fields(
				{ name: z.string().trim().min(1), email: z.string().email() },
				{ company: text, message: text, source: text, timestamp: text },
			),
			fields: [
				{
					name: 'name',
					displayName: 'Name',
					type: 'string',
					required: true,
					placeholder: 'e.g. Jordan Ellis',
				},
				{
					name: 'email',
					displayName: 'Email',
					type: 'string',
					required: true,
					placeholder: 'e.g. jordan.ellis@stacklane.co',
					description: 'The lead’s primary identifier',
				},
				{
					name: 'company',
					displayName: 'Company',
					type: 'string',
					placeholder: 'e.g. Stacklane',
				},
				{
					name: 'message',
					displayName: 'Message',
					type: 'string',
					placeholder: 'e.g. We’re evaluating tools to handle inbound demo requests at scale.',
					description: 'The lead’s inquiry, which strongly improves its score',
				},
				{
					name: 'source',
					displayName: 'Source',
					type: 'string',
					placeholder: 'e.g. website_contact_form',
				},
				{
					name: 'timestamp',
					displayName: 'Timestamp',
					type: 'string',
					placeholder: 'e.g. 2024-11-14T08:44:00Z',
					description: 'When the lead was submitted, in ISO 8601',
				},
			],
			authentication: SIGNED,
		},
	],
	timeoutMs: 10_000,
	retry: exponentialRetry(5),
	retryStatuses: ['4xx', '5xx'],
	replyStatus: { accepted: 'received', rejected: 'rejected' },
};
