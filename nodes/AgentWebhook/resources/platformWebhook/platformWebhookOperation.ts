import omitBy from 'lodash/omitBy';
import pick from 'lodash/pick';
import pickBy from 'lodash/pickBy';
import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';

import { forEachItem, toSingleOutput } from '../../../shared/execution/eachItem';
import { ManagementClient, removeSecrets } from '../../../shared/transport/platformApi';
import type { Operation, SubtitleFunction } from '../operation';

import { managedPlatform } from './platformWebhookFields';

interface PlatformWebhookOperation extends Omit<Operation, 'execute' | 'subtitle'> {
	/** Works on one input item, and returns the output items that it makes of it. */
	executeItem: (
		client: ManagementClient,
		context: IExecuteFunctions,
		itemIndex: number,
	) => Promise<IDataObject | IDataObject[]>;
}

/** Fields that people look for, in the order in which an item begins with them. */
const FIRST_FIELDS = ['name', 'status', 'event', 'response_code', 'success_rate', 'url', 'events'];

const isId = (field: string): boolean => /^id$|_id$/.test(field);

/** Orders a platform's fields: what people look for first, IDs last. */
const orderFields = (json: IDataObject): IDataObject => ({
	...pick(json, FIRST_FIELDS),
	...omitBy(json, (_, field) => isId(field)),
	...pickBy(json, (_, field) => isId(field)),
});

/** Names the platform within the action, e.g. "Delete a webhook at AgenticFlow". */
const subtitle: SubtitleFunction = ({ platform }, { action, names }) =>
	action.replace(/platform webhook(s?)/, 'webhook$1 at ' + names.platform[platform || '']);

/** Returns an operation that calls the chosen platform's API for each input item in turn. */
export const buildPlatformWebhookOperation = ({
	executeItem,
	properties,
	...operation
}: PlatformWebhookOperation): Operation => ({
	...operation,
	properties: [managedPlatform, ...properties],
	subtitle,
	execute: async (context) =>
		await forEachItem(context, 1, 0, async (_, itemIndex) => {
			const platform = context.getNodeParameter('platform', itemIndex) as string;
			const client = await ManagementClient.create(context, platform);
			const result = removeSecrets(await executeItem(client, context, itemIndex));
			return toSingleOutput(Array.isArray(result) ? result.map(orderFields) : orderFields(result));
		}),
});
