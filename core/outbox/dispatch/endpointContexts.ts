import countBy from 'lodash/countBy';

import { toIsoTime } from '../../lib/time';
import { prepareEndpointCredential, type PreparedCredential } from '../endpoint/endpointTarget';
import { createSecretMask, type SecretMask } from '../endpoint/secretMask';
import type { AttemptJob, Endpoint, RunLimits } from '../model';
import type { OutboxPorts } from '../ports';

import { createFairPacers, type Pace } from './attemptTurns';
import { EndpointHealthTracker } from './healthTracker';
import { reserveAttemptSlots, type RateLimitReservation } from './rateLimit';
import { EndpointTransform } from './transform';

/** Shortest wait that is announced in the log and the editor. */
const ANNOUNCE_WAITS_ABOVE_MS = 1000;

/** Everything that the attempts at one endpoint share during a run. */
export interface EndpointContext {
	endpoint: Endpoint;
	health: EndpointHealthTracker;
	credential: PreparedCredential;
	mask: SecretMask;
	pace: Pace;
	/** `undefined` if no workflow makes the bodies. */
	transform: EndpointTransform | undefined;
	/** `undefined` if the endpoint has no rate limit. */
	reservation: RateLimitReservation | undefined;
}

/** Creates what makes the bodies of an endpoint's deliveries, if a workflow does. */
function createTransform(
	ports: OutboxPorts,
	endpoint: Endpoint,
	jobs: AttemptJob[],
	{ hops = 0 }: RunLimits,
): EndpointTransform | undefined {
	const { transformWorkflowId } = endpoint.secrets;
	if (transformWorkflowId === undefined) return undefined;
	const ownJobs = jobs.filter((job) => job.endpoint.id === endpoint.id);
	return new EndpointTransform(ports, endpoint, transformWorkflowId, ownJobs, hops + 1);
}

/** Reserves slots at the endpoints that have a rate limit, and creates the endpoints' contexts. */
export async function prepareEndpoints(
	ports: OutboxPorts,
	endpoints: Endpoint[],
	jobs: AttemptJob[],
	limits: RunLimits,
): Promise<EndpointContext[]> {
	const jobCounts = countBy(jobs, ({ endpoint }) => endpoint.id);
	const pacers = createFairPacers(endpoints, limits, ports);
	const contexts: EndpointContext[] = [];
	for (const endpoint of endpoints) {
		const count = jobCounts[endpoint.id];
		const reservation = await reserveAttemptSlots(ports, endpoint, count, limits.maxPacingMs);
		const untilMs = reservation?.untilMs ?? 0;
		if (untilMs - ports.nowMs() > ANNOUNCE_WAITS_ABOVE_MS) {
			ports.announce(
				`The rate limit of the endpoint ${endpoint.name} spreads attempts until ${toIsoTime(untilMs)}`,
			);
		}
		contexts.push({
			endpoint,
			health: new EndpointHealthTracker(endpoint),
			credential: prepareEndpointCredential(endpoint),
			mask: createSecretMask(endpoint),
			transform: createTransform(ports, endpoint, jobs, limits),
			pace: pacers.get(endpoint.id) ?? (async (task) => await task()),
			reservation,
		});
	}
	return contexts;
}
