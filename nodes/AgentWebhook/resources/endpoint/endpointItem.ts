import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';

import { roundExactNumbers } from '../../../../core/lib/exactJson';
import { presentRegisteredEndpoint } from '../../../../core/outbox/endpoint/presentEndpoint';
import type { Endpoint, RegisteredEndpoint } from '../../../../core/outbox/model';
import { buildNotice } from '../../../shared/properties/notice';
import { simplify } from '../../../shared/properties/simplify';

const SIMPLE_FIELDS = [
	'name',
	'status',
	'unreadable',
	'unreadable_reason',
	'url',
	'workflow_id',
	'transform_workflow_id',
	'events',
	'platform',
	'status_reason',
	'created_at',
	'tenant_id',
];

/** Rounds numbers in conditions, since an item can have JavaScript's numbers only. */
const toItemJson = (endpoint: RegisteredEndpoint): IDataObject =>
	roundExactNumbers(presentRegisteredEndpoint(endpoint)) as IDataObject;

/**
 * Returns the item of an endpoint, simplified if the node is set to. Secrets are masked.
 * @param additional fields that the item has in any case
 */
export const toEndpointItem = (
	context: IExecuteFunctions,
	itemIndex: number,
	endpoint: RegisteredEndpoint,
	additional: IDataObject = {},
): IDataObject => {
	const { id, ...json } = toItemJson(endpoint);
	return simplify(context, itemIndex, { ...json, ...additional, id }, [
		...SIMPLE_FIELDS,
		...Object.keys(additional),
		'id',
	]);
};

/** Shown by the operations that return a secret. */
export const secretNotice = buildNotice(
	'secretNotice',
	'Only this output contains the signing secret. Give it to the endpoint’s owner, and keep it out of logs.',
	{ hide: { '/options.unsigned': [true] } },
);

/** Returns an endpoint's newest signing secret in full, for the one item that shows it. */
export const revealSecret = ({ secrets }: Endpoint): IDataObject => ({
	signing_secret: secrets.signing[0]?.secret ?? null,
});
