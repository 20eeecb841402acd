import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';

import { presentEndpoint } from '../../../../core/outbox/endpoint/presentEndpoint';
import type { Endpoint } from '../../../../core/outbox/model';
import { buildNotice } from '../../../shared/properties/notice';
import { simplify } from '../../../shared/properties/simplify';

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
 * Returns the item of an endpoint, simplified if the node is set to. Secrets are masked.
 * @param additional fields that the item has in any case
 */
export const toEndpointItem = (
	context: IExecuteFunctions,
	itemIndex: number,
	endpoint: Endpoint,
	additional: IDataObject = {},
): IDataObject =>
	simplify(context, itemIndex, { ...(presentEndpoint(endpoint) as IDataObject), ...additional }, [
		...SIMPLE_FIELDS,
		...Object.keys(additional),
	]);

/** Shown by the operations that return a secret. */
export const secretNotice = buildNotice(
	'secretNotice',
	'Only this output contains the signing secret. Give it to the endpoint’s owner, and keep it out of logs.',
);

/** Returns an endpoint's newest signing secret in full, for the one item that shows it. */
export const revealSecret = ({ secrets }: Endpoint): IDataObject => ({
	signing_secret: secrets.signing[0]?.secret ?? null,
});
