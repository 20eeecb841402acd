import type { Endpoint } from '../model';

import { getDisableRule } from './endpointTarget';

/** Placeholder for a secret in an item. */
const HIDDEN = '••••••••';

/**
 * Returns the fields of an endpoint's item, without any secret. The names are AgenticFlow's if its page
 * has them (docs/platforms.md#agenticflow).
 */
export function presentEndpoint(endpoint: Endpoint): Record<string, unknown> {
	const { secrets, settings } = endpoint;
	const { authentication, ...fields } = secrets.authentication;
	return {
		id: endpoint.id,
		name: endpoint.name,
		description: endpoint.description,
		url: endpoint.url,
		events: endpoint.eventTypes,
		status: endpoint.status,
		status_reason: endpoint.statusReason,
		status_changed_at: endpoint.statusChangedAt,
		created_at: endpoint.registeredAt,
		platform: endpoint.platform.id,
		authentication: {
			type: authentication ?? 'none',
			...('user' in fields && { user: fields.user }),
			...('token' in fields && { token: HIDDEN }),
			...('password' in fields && { password: HIDDEN }),
		},
		signing_secrets: secrets.signing.map(({ created_at, valid_until }) => ({
			secret: HIDDEN,
			created_at,
			...(valid_until !== undefined && { valid_until }),
		})),
		custom_headers: Object.fromEntries(Object.keys(secrets.headers).map((name) => [name, HIDDEN])),
		...settings,
		failing_since: endpoint.failingSince,
		...(getDisableRule(endpoint).rule === 'consecutiveFailures' && {
			consecutive_failures: endpoint.consecutiveFailures,
		}),
	};
}
