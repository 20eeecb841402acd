import { UserError, type IExecuteFunctions } from 'n8n-workflow';

import { loadEndpoint, loadEndpoints } from '../../../../core/outbox/endpoint/repository';
import type { Endpoint } from '../../../../core/outbox/model';
import type { OutboxPorts } from '../../../../core/outbox/ports';
import { readEndpointLocator } from '../../../shared/properties/locators';
import type { SubtitleFunction } from '../operation';

/**
 * Loads the endpoint that "Endpoint" selects by ID or by name.
 * @throws UserError if nothing is selected, or if not exactly one endpoint has the name
 * @throws EndpointNotFoundError if no endpoint has the ID
 */
export async function loadChosenEndpoint(
	context: IExecuteFunctions,
	outbox: OutboxPorts,
	itemIndex: number,
): Promise<Endpoint> {
	const { by, text } = readEndpointLocator(context, itemIndex);
	if (by === 'id') return await loadEndpoint(outbox, text);
	const matching = (await loadEndpoints(outbox)).filter(({ name }) => name === text);
	if (matching.length === 1) return matching[0];
	throw new UserError(
		matching.length === 0
			? `There is no endpoint with the name "${text}". Choose one from the list, or check its name.`
			: `${matching.length} endpoints have the name "${text}". Choose one by its ID.`,
	);
}

/** Adds the endpoint's name to the action; an ID would mean nothing to a reader. */
export const chosenEndpointSubtitle: SubtitleFunction = ({ endpoint }) =>
	/^ep_/.test(endpoint || '') ? [] : [endpoint];
