import isEmpty from 'lodash/isEmpty';
import { UserError, type IDataObject, type INodeProperties } from 'n8n-workflow';

import { roundExactNumbers } from '../../../../core/lib/exactJson';
import {
	listDroppedSecrets,
	type DroppedSecret,
} from '../../../../core/outbox/endpoint/endpointSecrets';
import {
	presentChanges,
	type EndpointChanges,
} from '../../../../core/outbox/endpoint/presentChanges';
import { updateEndpoint } from '../../../../core/outbox/endpoint/lifecycle';
import { modifyEndpoint } from '../../../../core/outbox/endpoint/repository';
import type { Endpoint } from '../../../../core/outbox/model';
import { parseList } from '../../../shared/parameters/parse';
import { buildSkipTlsNotice, deliveryOptions } from '../../../shared/properties/deliveryOptions';
import { endpointLocator } from '../../../shared/properties/locators';
import { retryUpdateFields } from '../../../shared/properties/retryProperties';
import { simplifyField } from '../../../shared/properties/simplify';
import { tenantOptions } from '../../../shared/properties/tenantProperties';
import { buildOutboxOperation } from '../outboxOperation';

import { chosenEndpointSubtitle, loadChosenEndpoint } from './chosenEndpoint';
import { toEndpointItem } from './endpointItem';
import {
	buildBatchNotice,
	catalogEventTypesField,
	endpointAuthentication,
	eventTypesField,
	nameField,
	settingFields,
	urlField,
} from './endpointFields';
import { toEndpointInput, type EndpointFields } from './readEndpointFields';
import { transformField, workflowField } from './workflowFields';

const DROPPED_REASON =
	'The scheme, host or port of the URL changed. To use the authentication, the client certificate and the custom headers there, set them in the same update as the URL.';

const NOTHING_CHANGED =
	'At least one endpoint already had these values, so nothing changed. Its item has an empty <b>changed</b>.';

const removeHeadersField: INodeProperties = {
	displayName: 'Remove Custom Headers',
	name: 'removeHeaders',
	type: 'string',
	default: '',
	placeholder: 'e.g. X-Tenant',
	description: 'Comma-separated names of custom headers to remove. Use * to remove all.',
};

/** Returns the headers that an update removes, as changes for {@link updateEndpoint}. */
function listRemovedHeaders(
	{ removeHeaders }: EndpointFields,
	{ secrets }: Endpoint,
): Record<string, null> {
	const names = parseList(removeHeaders);
	const removed = names.includes('*') ? Object.keys(secrets.headers) : names;
	return Object.fromEntries(removed.map((name) => [name, null]));
}

export const updateOperation = buildOutboxOperation({
	name: 'Update',
	action: 'Update an endpoint',
	description: 'Change the URL, event types or settings of an endpoint',
	properties: [
		endpointLocator,
		simplifyField,
		buildSkipTlsNotice('updateFields'),
		buildBatchNotice('updateFields'),
		{
			displayName: 'Update Fields',
			name: 'updateFields',
			type: 'collection',
			placeholder: 'Add field',
			default: {},
			options: [
				...endpointAuthentication,
				catalogEventTypesField,
				eventTypesField,
				nameField,
				removeHeadersField,
				{
					...urlField,
					description:
						'URL that events are sent to. If its scheme, host or port changes, the authentication, the client certificate and the custom headers are removed, unless this update sets them too.',
				},
				...settingFields,
				...retryUpdateFields,
				deliveryOptions.retryStatuses,
				transformField,
				{
					...workflowField,
					description:
						'Workflow to deliver to from now on. Only for endpoints that deliver to a workflow: an endpoint with a URL keeps its URL.',
				},
			].sort((a, b) => a.displayName.localeCompare(b.displayName)),
		},
		tenantOptions,
	],
	subtitle: chosenEndpointSubtitle,
	executeItem: async (outbox, context, itemIndex) => {
		const fields = context.getNodeParameter('updateFields', itemIndex, {}) as EndpointFields;
		if (Object.keys(fields).length === 0) {
			throw new UserError('Nothing to change. Add a field under "Update Fields".');
		}
		const input = toEndpointInput(fields);
		let dropped: DroppedSecret[] = [];
		let changed: EndpointChanges = {};
		const chosen = await loadChosenEndpoint(context, outbox, itemIndex);
		const endpoint = await modifyEndpoint(outbox, chosen, (latest) => {
			const headers = { ...listRemovedHeaders(fields, latest), ...input.headers };
			const updated = updateEndpoint(latest, { ...input, headers }, outbox.nowMs());
			dropped = listDroppedSecrets(latest, updated, { ...input, headers });
			changed = presentChanges(latest, updated);
			return updated;
		});
		if (isEmpty(changed)) {
			context.addExecutionHints({ location: 'outputPane', message: NOTHING_CHANGED });
		}
		return toEndpointItem(context, itemIndex, endpoint, {
			changed: roundExactNumbers(changed) as IDataObject,
			...(dropped.length > 0 && { dropped, dropped_reason: DROPPED_REASON }),
		});
	},
});
