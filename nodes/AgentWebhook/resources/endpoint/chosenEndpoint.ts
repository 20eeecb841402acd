import { UserError, type IExecuteFunctions } from 'n8n-workflow';

import {
	EndpointNotFoundError,
	loadRegisteredEndpoint,
	loadRegisteredEndpoints,
	requireReadable,
} from '../../../../core/outbox/endpoint/repository';
import { loadCountedEndpoints, type CountedEndpoint } from '../../../../core/outbox/log/counts';
import type { Endpoint, RegisteredEndpoint } from '../../../../core/outbox/model';
import type { OutboxPorts } from '../../../../core/outbox/ports';
import { readEndpointLocator } from '../../../shared/properties/locators';
import type { SubtitleFunction } from '../operation';

/** Picks the only endpoint with a name. @throws UserError if not exactly one has it */
function pickByName<T>(entries: T[], name: string, getName: (entry: T) => string): T {
	const matching = entries.filter((entry) => getName(entry) === name);
	if (matching.length === 1) return matching[0];
	throw new UserError(
		matching.length === 0
			? `There is no endpoint with the name "${name}". Choose one from the list, or check its name.`
			: `${matching.length} endpoints have the name "${name}". Choose one by its ID.`,
	);
}

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
	return pickByName(await loadRegisteredEndpoints(outbox), text, ({ name }) => name);
}

/** Does the same as {@link loadRegisteredChoice}, and loads the endpoint's stats in the same call. */
export async function loadCountedChoice(
	context: IExecuteFunctions,
	outbox: OutboxPorts,
	itemIndex: number,
): Promise<CountedEndpoint> {
	const { by, text } = readEndpointLocator(context, itemIndex);
	if (by !== 'id') {
		const counted = await loadCountedEndpoints(outbox);
		return pickByName(counted, text, ({ endpoint }) => endpoint.name);
	}
	const [counted] = await loadCountedEndpoints(outbox, { id: text });
	if (counted === undefined) throw new EndpointNotFoundError(text);
	return counted;
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
