import { getErrorMessage } from '../../lib/errorMessage';
import { isUnreadable } from '../endpoint/repository';
import { compileSubscription } from '../endpoint/subscription';
import type { OutboxEvent, RegisteredEndpoint } from '../model';

/** An endpoint of which the outbox cannot tell whether it is subscribed to an event. */
export interface UndecidedEndpoint {
	id: string;
	name: string;
	/** The problem with it, and how to correct it. */
	problem: string;
}

/** An endpoint that is subscribed to an event's type, but has conditions that the event does not meet. */
export interface UnmetEndpoint {
	id: string;
	name: string;
	/** The first condition that is not met, as text. */
	condition: string;
}

export interface Subscriptions {
	/** Returns the endpoints of its tenant that are subscribed to an event, or that its sender chose. */
	findSubscribers: (event: OutboxEvent) => RegisteredEndpoint[];
	/** Returns the endpoints whose conditions held an event back. */
	findUnmet: (event: OutboxEvent) => UnmetEndpoint[];
	/** Returns the endpoints of its tenant of which nobody can tell whether they get an event. */
	listUndecided: (event: OutboxEvent) => UndecidedEndpoint[];
}

const isOfTenant = ({ tenantId }: RegisteredEndpoint, event: OutboxEvent): boolean =>
	tenantId === event.tenantId;

/** Compiles the endpoints' subscriptions. An endpoint whose subscription cannot be read gets no event. */
export function compileSubscriptions(registered: RegisteredEndpoint[]): Subscriptions {
	const undecided: Array<UndecidedEndpoint & { tenantId: string }> = [];
	const subscriptions = registered.flatMap((endpoint) => {
		const { id, name, tenantId } = endpoint;
		const subscription = isUnreadable(endpoint) ? endpoint.subscription : endpoint;
		if (subscription === null) {
			const problem = isUnreadable(endpoint) ? endpoint.problem : '';
			undecided.push({ tenantId, id, name, problem });
			return [];
		}
		try {
			return [{ endpoint, test: compileSubscription(subscription) }];
		} catch (error) {
			undecided.push({ tenantId, id, name, problem: getErrorMessage(error) });
			return [];
		}
	});
	return {
		listUndecided: (event) =>
			undecided.flatMap(({ id, name, problem, tenantId }) =>
				tenantId === event.tenantId ? [{ id, name, problem }] : [],
			),
		findSubscribers: (event) => {
			const { endpointIds } = event;
			return endpointIds === null
				? subscriptions.flatMap(({ endpoint, test }) =>
						isOfTenant(endpoint, event) && test(event)?.met ? [endpoint] : [],
					)
				: registered.filter(
						(endpoint) => isOfTenant(endpoint, event) && endpointIds.includes(endpoint.id),
					);
		},
		findUnmet: (event) =>
			subscriptions.flatMap(({ endpoint, test }) => {
				const { id, name } = endpoint;
				const result = isOfTenant(endpoint, event) ? test(event) : undefined;
				return result === undefined || result.met
					? []
					: [{ id, name, condition: result.condition }];
			}),
	};
}
