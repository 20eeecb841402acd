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
	/** Returns the endpoints that are subscribed to an event. */
	findSubscribers: (event: OutboxEvent) => RegisteredEndpoint[];
	/** Returns the endpoints whose conditions held an event back. */
	findUnmet: (event: OutboxEvent) => UnmetEndpoint[];
	undecided: UndecidedEndpoint[];
}

/** Compiles the endpoints' subscriptions. An endpoint whose subscription cannot be read gets no event. */
export function compileSubscriptions(registered: RegisteredEndpoint[]): Subscriptions {
	const undecided: UndecidedEndpoint[] = [];
	const subscriptions = registered.flatMap((endpoint) => {
		const { id, name } = endpoint;
		const subscription = isUnreadable(endpoint) ? endpoint.subscription : endpoint;
		if (subscription === null) {
			const problem = isUnreadable(endpoint) ? endpoint.problem : '';
			undecided.push({ id, name, problem });
			return [];
		}
		try {
			return [{ endpoint, test: compileSubscription(subscription) }];
		} catch (error) {
			undecided.push({ id, name, problem: getErrorMessage(error) });
			return [];
		}
	});
	return {
		undecided,
		findSubscribers: (event) =>
			subscriptions.flatMap(({ endpoint, test }) => (test(event)?.met ? [endpoint] : [])),
		findUnmet: (event) =>
			subscriptions.flatMap(({ endpoint: { id, name }, test }) => {
				const result = test(event);
				return result === undefined || result.met
					? []
					: [{ id, name, condition: result.condition }];
			}),
	};
}
