import isEmpty from 'lodash/isEmpty';
import isUndefined from 'lodash/isUndefined';
import omitBy from 'lodash/omitBy';
import { UserError, type IDataObject, type IExecuteFunctions } from 'n8n-workflow';

import { parseInboundCredential } from '../../../../core/credentials/inbound';
import { checkEndpointUrl } from '../../../../core/http/endpointUrl';
import { findHeaderFault } from '../../../../core/http/headerValues';
import {
	parseFieldNames,
	parseJsonObject,
	type ListParameter,
} from '../../../shared/parameters/parse';

/** The values of `deliverySettings`. */
export interface DeliverySettings {
	backoffMultiplier?: number;
	conditions?: unknown;
	includeFields?: ListParameter;
	maxEvents?: number;
	maxRetries?: number;
	maxWaitSeconds?: number;
}

/** Returns an object with one field; without fields in it, an empty object. */
const nest = (name: string, fields: Record<string, unknown>): IDataObject => {
	const defined = omitBy(fields, isUndefined) as IDataObject;
	return isEmpty(defined) ? {} : { [name]: defined };
};

/**
 * Returns the part of a request body that has the delivery settings: docs/platforms.md#agenticflow.
 * @throws UserError if the conditions are not a JSON object
 */
export function toSettingsBody(settings: DeliverySettings): IDataObject {
	const conditions = parseJsonObject(settings.conditions, 'Conditions (JSON)');
	const fields = parseFieldNames(settings.includeFields);
	return {
		...(conditions && { conditions: conditions as IDataObject }),
		...nest('filters', { include_fields: fields.length > 0 ? fields : undefined }),
		...nest('batch_settings', {
			max_events: settings.maxEvents,
			max_wait_seconds: settings.maxWaitSeconds,
		}),
		...nest('retry_policy', {
			max_retries: settings.maxRetries,
			backoff_multiplier: settings.backoffMultiplier,
		}),
	};
}

/**
 * Returns the part of a request body that has the Receiving credential's Bearer token, if one is to be sent.
 * @throws UserError if the credential has none, or one that no header can carry
 */
export async function readAuthenticationBody(
	context: IExecuteFunctions,
	itemIndex: number,
): Promise<IDataObject> {
	if (context.getNodeParameter('callerAuthentication', itemIndex) !== 'bearer') return {};
	const credential = await context.getCredentials('agentWebhookInboundApi', itemIndex);
	const [token] = parseInboundCredential(credential).bearerTokens;
	if (token === undefined) {
		throw new UserError(
			'The Receiving credential has no Bearer token. Enter one under "Bearer Tokens".',
		);
	}
	const fault = findHeaderFault('token', token);
	if (fault !== undefined) {
		throw new UserError(`"Bearer Tokens" in the Receiving credential ${fault}`);
	}
	return { authentication: { type: 'bearer', token } };
}

/**
 * Returns the part of a request body that has the URL; nothing for an empty one.
 * @throws InvalidEndpointUrlError
 */
export const toUrlBody = (url: string): IDataObject =>
	url.trim() === ''
		? {}
		: { url: checkEndpointUrl(url, { allowHttp: true, allowInternal: true }).href };
