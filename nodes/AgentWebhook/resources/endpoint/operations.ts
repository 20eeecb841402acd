import { randomUUID } from 'crypto';
import omit from 'lodash/omit';
import {
	UserError,
	type IDataObject,
	type IExecuteFunctions,
	type INodeProperties,
} from 'n8n-workflow';

import {
	updateEndpoint,
	checkEventType,
	createEndpoint,
	presentEndpoint,
	rotateEndpointSecret,
	setEndpointStatus,
	type Endpoint,
} from '../../../../core/outbox/endpoint/lifecycle';
import {
	modifyEndpoint,
	insertEndpoint,
	loadEndpoints,
	deleteEndpoint,
} from '../../../../core/outbox/endpoint/repository';
import { findDeliveries, computeStats } from '../../../../core/outbox/log/query';
import type { OutboxPorts } from '../../../../core/outbox/ports';
import { sendTestEvent } from '../../../../core/outbox/dispatch/testEvent';
import { jsonObjectParameter } from '../../../shared/parameters/parse';
import { skipTlsNotice } from '../../../shared/properties/deliveryOptions';
import { readLimit, listFields } from '../../../shared/properties/listing';
import { notice } from '../../../shared/properties/notice';
import { simplify, simplifyField } from '../../../shared/properties/simplify';
import { readEndpointLocator, endpointLocator } from '../../../shared/properties/locators';
import { outboxOperation, type OutboxTask } from '../outboxOperation';

import {
	endpointAuthentication,
	chosenEndpoint,
	eventTypesField,
	inputOf,
	nameField,
	platformField,
	schemeFields,
	settingFields,
	signingSecretField,
	urlField,
	type EndpointFields,
} from './fields';

const SIMPLE_FIELDS = [
	'id',
	'name',
	'url',
	'platform',
	'events',
	'status',
	'status_reason',
	'created_at',
];

/**
 * What an item says of an endpoint.
 * @param more what it says beside the endpoint's own fields
 */
const present = (
	context: IExecuteFunctions,
	itemIndex: number,
	endpoint: Endpoint,
	more: IDataObject = {},
): IDataObject =>
	simplify(context, itemIndex, { ...(presentEndpoint(endpoint) as IDataObject), ...more }, [
		...SIMPLE_FIELDS,
		...Object.keys(more),
	]);

/** An endpoint's signing secret in full: the one time that it is shown. */
const secretOf = ({ secrets }: Endpoint): IDataObject => ({
	signing_secret: secrets.signing[0]?.secret ?? null,
});

const withStats: INodeProperties = {
	displayName: 'Include Delivery Stats',
	name: 'includeStats',
	type: 'boolean',
	default: true,
	description:
		'Whether to count the deliveries that are on record, and to say when the last one was',
};

async function presentAll(
	outbox: OutboxPorts,
	context: IExecuteFunctions,
	itemIndex: number,
	endpoints: Endpoint[],
): Promise<IDataObject[]> {
	const shown = (endpoint: Endpoint, more?: IDataObject): IDataObject =>
		present(context, itemIndex, endpoint, more);
	if (!context.getNodeParameter('includeStats', itemIndex)) {
		return endpoints.map((endpoint) => shown(endpoint));
	}
	const query = endpoints.length === 1 ? { endpointId: endpoints[0].id } : {};
	const { by_endpoint } = computeStats(await findDeliveries(outbox.tables, query));
	const byId = new Map(by_endpoint.map(({ endpoint_id, ...stats }) => [endpoint_id, stats]));
	const none = computeStats([]);
	return endpoints.map((endpoint) => {
		const { last_delivery, ...stats } = byId.get(endpoint.id) ?? none;
		return shown(endpoint, {
			last_delivery,
			delivery_stats: {
				total_deliveries: stats.total_deliveries,
				successful_deliveries: stats.successful_deliveries,
				failed_deliveries: stats.failed_deliveries,
				pending_deliveries: stats.pending_deliveries,
				held_deliveries: stats.held_deliveries,
			},
		});
	});
}

const SCHEME_FIELDS = schemeFields.map(({ name }) => name);

const secretNotice = notice(
	'secretNotice',
	'The signing secret is on the item, once. Hand it to the endpoint’s owner, and keep it out of logs.',
);

export const create = outboxOperation(
	[
		secretNotice,
		{ ...nameField, required: true },
		{ ...urlField, required: true },
		platformField,
		eventTypesField,
		signingSecretField,
		...schemeFields,
		...endpointAuthentication,
		simplifyField,
		skipTlsNotice('options'),
		{
			displayName: 'Options',
			name: 'options',
			type: 'collection',
			placeholder: 'Add option',
			default: {},
			options: [
				...settingFields,
				{
					displayName: 'Unsigned',
					name: 'unsigned',
					type: 'boolean',
					default: false,
					description:
						'Whether to leave requests unsigned. Whoever receives them cannot tell where they come from.',
				},
			],
		},
	],
	async (outbox, context, itemIndex) => {
		// What the platform or the authentication has no use for is not there.
		const value = (name: string): unknown =>
			context.getNodeParameter(name, itemIndex, null) ?? undefined;
		const { unsigned, ...options } = value('options') as EndpointFields & { unsigned?: boolean };
		const fields = [nameField, urlField, platformField, eventTypesField, ...endpointAuthentication];
		const input = inputOf({
			...options,
			...(Object.fromEntries(fields.map(({ name }) => [name, value(name)])) as EndpointFields),
		});
		const scheme = Object.fromEntries(
			SCHEME_FIELDS.map((name) => [name, value(name)]).filter(([, field]) => field !== undefined),
		) as IDataObject;
		const endpoint = createEndpoint(
			{
				...input,
				signingSecret: value('signingSecret') as string,
				authentication: {
					...input.authentication,
					...(Object.keys(scheme).length > 0 && {
						...scheme,
						signatureScheme: 'custom',
						toleranceSeconds: 300,
					}),
					...(unsigned && { signatureScheme: 'none' }),
				},
			},
			`ep_${randomUUID()}`,
			outbox.nowMs(),
		);
		await insertEndpoint(outbox, endpoint);
		return present(context, itemIndex, endpoint, secretOf(endpoint));
	},
);

export const get = outboxOperation(
	[endpointLocator, withStats, simplifyField],
	async (outbox, context, itemIndex) => {
		const endpoint = await chosenEndpoint(context, outbox, itemIndex);
		return await presentAll(outbox, context, itemIndex, [endpoint]);
	},
);

export const getMany = outboxOperation(
	[...listFields, withStats, simplifyField],
	async (outbox, context, itemIndex) => {
		const endpoints = await loadEndpoints(outbox);
		const shown = endpoints.slice(0, readLimit(context, itemIndex));
		return await presentAll(outbox, context, itemIndex, shown);
	},
);

export const update = outboxOperation(
	[
		endpointLocator,
		simplifyField,
		skipTlsNotice('updateFields'),
		{
			displayName: 'Update Fields',
			name: 'updateFields',
			type: 'collection',
			placeholder: 'Add field',
			default: {},
			options: [
				...endpointAuthentication,
				eventTypesField,
				nameField,
				urlField,
				...settingFields,
			].sort((a, b) => a.displayName.localeCompare(b.displayName)),
		},
	],
	async (outbox, context, itemIndex) => {
		const fields = context.getNodeParameter('updateFields', itemIndex, {}) as EndpointFields;
		if (Object.keys(fields).length === 0) {
			throw new UserError('Nothing is to be changed. Add a field.');
		}
		const input = inputOf(fields);
		const endpoint = await modifyEndpoint(
			outbox,
			await chosenEndpoint(context, outbox, itemIndex),
			(fresh) =>
				updateEndpoint(
					fresh,
					{
						...input,
						// The scheme's fields stand beside the authentication, and stay.
						authentication: input.authentication && {
							...fresh.secrets.authentication,
							...input.authentication,
						},
					},
					outbox.nowMs(),
				),
		);
		return present(context, itemIndex, endpoint);
	},
);

const deleteNotice = notice(
	'deleteNotice',
	'The endpoint’s secret is deleted too, and deliveries that wait for an attempt will fail. Endpoint → Disable keeps both.',
);

export const remove = outboxOperation(
	[endpointLocator, deleteNotice],
	async (outbox, context, itemIndex) => {
		const { by, text } = readEndpointLocator(context, itemIndex);
		// By its ID an endpoint can be deleted whose secrets no key opens any more.
		const id = by === 'id' ? text : (await chosenEndpoint(context, outbox, itemIndex)).id;
		await deleteEndpoint(outbox, id);
		return { id, deleted: true };
	},
);

const switched =
	(status: Endpoint['status']): OutboxTask =>
	async (outbox, context, itemIndex) =>
		present(
			context,
			itemIndex,
			await modifyEndpoint(outbox, await chosenEndpoint(context, outbox, itemIndex), (fresh) =>
				fresh.status === status
					? undefined
					: setEndpointStatus(fresh, status, 'Disabled by hand', outbox.nowMs()),
			),
		);

export const enable = outboxOperation([endpointLocator, simplifyField], switched('active'));

export const disable = outboxOperation([endpointLocator, simplifyField], switched('disabled'));

export const rotateSecret = outboxOperation(
	[
		secretNotice,
		endpointLocator,
		{ ...signingSecretField, displayName: 'New Signing Secret' },
		{
			displayName: 'Old Secret Stays Valid for (Hours)',
			name: 'overlapHours',
			type: 'number',
			typeOptions: { minValue: 0, maxValue: 720 },
			default: 24,
			description:
				'Both sign until then, so that the endpoint’s owner can change over. Where a request carries one signature only, the old secret’s stands there, and the new one’s in a second header whose name ends in -2.',
		},
		simplifyField,
	],
	async (outbox, context, itemIndex) => {
		const secret = context.getNodeParameter('signingSecret', itemIndex) as string;
		const hours = context.getNodeParameter('overlapHours', itemIndex) as number;
		const endpoint = await modifyEndpoint(
			outbox,
			await chosenEndpoint(context, outbox, itemIndex),
			(fresh) => rotateEndpointSecret(fresh, secret, hours * 3600, outbox.nowMs()),
		);
		const { signing_secrets } = presentEndpoint(endpoint) as IDataObject;
		return present(context, itemIndex, endpoint, { signing_secrets, ...secretOf(endpoint) });
	},
);

export const test = outboxOperation(
	[
		endpointLocator,
		{
			displayName: 'Event Type',
			name: 'eventType',
			type: 'string',
			default: 'webhook.test',
			required: true,
			placeholder: 'e.g. order.created',
		},
		{
			displayName: 'Test Data (JSON)',
			name: 'testData',
			type: 'json',
			default: '{}',
			placeholder: 'e.g. {"workflow_id": "test_workflow", "status": "success"}',
		},
	],
	async (outbox, context, itemIndex) => {
		const endpoint = await chosenEndpoint(context, outbox, itemIndex);
		const type = checkEventType(context.getNodeParameter('eventType', itemIndex) as string);
		const data =
			jsonObjectParameter(context.getNodeParameter('testData', itemIndex), 'Test Data (JSON)') ??
			{};
		const { eventId, report } = await sendTestEvent(outbox, endpoint, type, data);
		const [attempt] = report.attempts;
		return {
			success: report.status === 'delivered',
			endpoint_id: endpoint.id,
			event_id: eventId,
			event: type,
			...omit(attempt, 'attempt'),
			response: report.response,
		};
	},
);
