import { checkEndpointUrl, toPrintableUrl } from '../../http/endpointUrl';
import type { Platform } from '../../platforms';
import type { Endpoint, EndpointSettings } from '../model';

import { getUrlRules } from './endpointTarget';
import { InvalidEndpointError } from './settings';
import {
	findWorkflowId,
	requireWorkflowId,
	toWorkflowAddress,
	WORKFLOW_URL,
} from './workflowAddress';
import { requireNoRequestValues, type RequestInput } from './workflowSettings';

/** The values that a person enters for an endpoint's address. */
export interface AddressInput extends RequestInput {
	/** The workflow that gets the events, in place of a URL. Only the outbox's owner may choose it. */
	workflowId?: string;
}

/** The address that events go to, as it is kept with the secrets and as it is shown. */
interface Address {
	url: string;
	shown: string;
}

const requireUrl = (url: string, platform: Platform, settings: EndpointSettings): URL =>
	checkEndpointUrl(url, {
		...getUrlRules({ settings }),
		...(platform.httpsOnly && { httpsOnlyFor: platform.name }),
	});

/**
 * Reads the address of a new or changed endpoint. An endpoint stays what it was created as: a URL or a workflow.
 * @param current the endpoint that is changed; absent for a new one
 * @throws InvalidEndpointError, InvalidEndpointUrlError
 */
export function readAddress(
	input: AddressInput,
	platform: Platform,
	settings: EndpointSettings,
	current?: Endpoint,
): Address {
	const currentId = current && findWorkflowId(current);
	if (input.workflowId === undefined && currentId === undefined) {
		const url = requireUrl(input.url ?? current?.secrets.url ?? '', platform, settings);
		return { url: url.href, shown: toPrintableUrl(url) };
	}
	if (current !== undefined && currentId === undefined) {
		throw new InvalidEndpointError(
			'"Workflow" cannot be set: the endpoint delivers to a URL. Create another endpoint for the workflow.',
		);
	}
	requireNoRequestValues(input);
	const workflowId = requireWorkflowId(input.workflowId ?? currentId ?? '', 'Workflow');
	return { url: toWorkflowAddress(workflowId), shown: WORKFLOW_URL };
}

/**
 * Returns the field of an endpoint's secrets that names the workflow which makes the bodies.
 * @param current the secrets of the endpoint that is changed; absent for a new one
 * @throws InvalidEndpointError
 */
export function readTransform(
	{ transformWorkflowId }: AddressInput,
	current?: Endpoint['secrets'],
): Pick<Endpoint['secrets'], 'transformWorkflowId'> {
	if (transformWorkflowId === null) return {};
	const id =
		transformWorkflowId === undefined
			? current?.transformWorkflowId
			: requireWorkflowId(transformWorkflowId, 'Transform With Workflow');
	return id === undefined ? {} : { transformWorkflowId: id };
}
