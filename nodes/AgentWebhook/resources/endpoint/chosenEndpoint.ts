import { UserError, type IExecuteFunctions } from 'n8n-workflow';

import {
	loadRegisteredEndpoint,
	loadRegisteredEndpoints,
	requireReadable,
} from '../../../../core/outbox/endpoint/repository';
import type { Endpoint, RegisteredEndpoint } from '../../../../core/outbox/model';
import type { OutboxPorts } from '../../../../core/outbox/ports';
import { readEndpointLocator } from '../../../shared/properties/locators';
import type { SubtitleFunction } from '../operation';

/**
 * Loads the endpoint that "Endpoint" selects by ID or by name, even if it cannot be opened.
 * @throws UserError if nothing is selected, or if not exactly one endpoint has the name
 * @throws EndpointNotFoundError if no endpoint has the ID
 */
export async function loadRegisteredChoice(
	context: IExecuteFunctions,
	outbox: OutboxPorts,
	itemIndex: number,
): Promise<RegisteredEndpoint> {
	const { by, text } = readEndpointLocator(context, itemIndex);
	if (by === 'id') return await loadRegisteredEndpoint(outbox, text);
	const matching = (await loadRegisteredEndpoints(outbox)).filter(({ name }) => name === text);
	if (matching.length === 1) return matching[0];
	throw new UserError(
		matching.length === 0
			? `There is no endpoint with the name "${text}". Choose one from the list, or check its name.`
			: `${matching.length} endpoints have the name "${text}". Choose one by its ID.`,
	);
}

/**
 * Loads the endpoint that "Endpoint" selects by ID or by name.
 * @throws UnreadableEndpointError, and the errors of {@link loadRegisteredChoice}
 */
export const loadChosenEndpoint = async (
	...args: Parameters<typeof loadRegisteredChoice>
): Promise<Endpoint> => requireReadable(await loadRegisteredChoice(...args));

/** Adds the endpoint's name to the action; an ID would mean nothing to a reader. */
export const chosenEndpointSubtitle: SubtitleFunction = ({ endpoint }) =>
	/^ep_/.test(endpoint || '') ? [] : [endpoint];
