import { HIDDEN } from '../../lib/maskSecrets';
import type { Endpoint, RegisteredEndpoint, UnreadableEndpoint } from '../model';

import { presentTenantId } from '../tenant/presentTenant';

import { getDisableRule } from './endpointTarget';
import { presentAuthentication, presentClientTls } from './presentAuthentication';
import { isUnreadable } from './repository';
import { isCircuitOpen } from './suspension';
import { findWorkflowId } from './workflowAddress';

/** Returns the workflows of an endpoint, for its owner. */
function presentWorkflows(endpoint: Endpoint): Record<string, unknown> {
	const workflowId = findWorkflowId(endpoint);
	const { transformWorkflowId } = endpoint.secrets;
	return {
		...(workflowId !== undefined && { workflow_id: workflowId }),
		...(transformWorkflowId !== undefined && { transform_workflow_id: transformWorkflowId }),
	};
}

/**
 * Returns the fields of an endpoint's item, without any secret. The names are AgenticFlow's if its page
 * has them (docs/platforms.md#agenticflow).
 */
export function presentEndpoint(endpoint: Endpoint): Record<string, unknown> {
	const { secrets, settings } = endpoint;
	return {
		name: endpoint.name,
		status: endpoint.status,
		url: endpoint.url,
		...presentWorkflows(endpoint),
		events: endpoint.eventTypes,
		platform: endpoint.platform.id,
		status_reason: endpoint.statusReason,
		failing_since: endpoint.failingSince,
		...(getDisableRule(endpoint).rule === 'consecutiveFailures' && {
			consecutive_failures: endpoint.consecutiveFailures,
		}),
		...(isCircuitOpen(endpoint) && { probe_at: endpoint.probeAt }),
		description: endpoint.description,
		created_at: endpoint.registeredAt,
		status_changed_at: endpoint.statusChangedAt,
		api_managed: endpoint.isApiManaged,
		authentication: presentAuthentication(secrets.authentication),
		...presentClientTls(secrets.authentication),
		signing_secrets: secrets.signing.map(({ created_at, valid_until }) => ({
			secret: HIDDEN,
			created_at,
			...(valid_until !== undefined && { valid_until }),
		})),
		custom_headers: Object.fromEntries(Object.keys(secrets.headers).map((name) => [name, HIDDEN])),
		...settings,
		...presentTenantId(endpoint.tenantId),
		id: endpoint.id,
	};
}

/** Returns the fields of the item of an endpoint that cannot be opened, with the reason. */
const presentUnreadableEndpoint = (endpoint: UnreadableEndpoint): Record<string, unknown> => ({
	name: endpoint.name,
	status: endpoint.status,
	unreadable: true,
	unreadable_reason: endpoint.problem,
	url: endpoint.url,
	events: endpoint.subscription?.eventTypes ?? null,
	platform: endpoint.platformId,
	status_reason: endpoint.statusReason,
	failing_since: endpoint.failingSince,
	description: endpoint.description,
	created_at: endpoint.registeredAt,
	status_changed_at: endpoint.statusChangedAt,
	...endpoint.subscription?.settings,
	...presentTenantId(endpoint.tenantId),
	id: endpoint.id,
});

/** Returns the fields of an endpoint's item, also if the endpoint cannot be opened. */
export const presentRegisteredEndpoint = (endpoint: RegisteredEndpoint): Record<string, unknown> =>
	isUnreadable(endpoint) ? presentUnreadableEndpoint(endpoint) : presentEndpoint(endpoint);
