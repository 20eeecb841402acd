import type { Endpoint } from '../model';

import { InvalidEndpointError } from './settings';

/**
 * The address of an endpoint that is a workflow in this n8n. Only its owner may choose the workflow, so its ID is
 * with the secrets. No check of URLs accepts such an address: it is not of http or https.
 */

/** The address that items and APIs show. */
export const WORKFLOW_URL = 'n8n:workflow';

const PREFIX = `${WORKFLOW_URL}/`;

const WORKFLOW_ID = /^[\w-]{1,64}$/;

/**
 * Returns the ID of a workflow.
 * @param label the field, as the editor shows it
 * @throws InvalidEndpointError
 */
export function requireWorkflowId(id: string, label: string): string {
	const trimmed = id.trim();
	if (WORKFLOW_ID.test(trimmed)) return trimmed;
	const problem = trimmed === '' ? 'is empty' : 'is not the ID of a workflow';
	throw new InvalidEndpointError(
		`"${label}" ${problem}. Choose a workflow from the list, or enter the ID from its URL.`,
	);
}

/** Returns the address of a workflow, as it is kept with the secrets. */
export const toWorkflowAddress = (workflowId: string): string => PREFIX + workflowId;

/** Finds the workflow that an endpoint's events go to; `undefined` for an endpoint with a URL. */
export const findWorkflowId = ({ secrets }: Pick<Endpoint, 'secrets'>): string | undefined =>
	secrets.url.startsWith(PREFIX) ? secrets.url.slice(PREFIX.length) : undefined;

/** Returns whether an endpoint's events go to a workflow. */
export const isWorkflowEndpoint = (endpoint: Pick<Endpoint, 'secrets'>): boolean =>
	findWorkflowId(endpoint) !== undefined;
