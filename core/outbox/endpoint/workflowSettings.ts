import { CLIENT_TLS_FIELDS } from '../../credentials/clientTls';
import { InvalidEndpointUrlError } from '../../http/endpointUrl';
import type { EndpointSettings } from '../model';

import type { SecretInput } from './endpointSecrets';
import { InvalidEndpointError } from './settings';

/** A value that only an endpoint with a URL can have. The message names it. */
export class WorkflowEndpointError extends InvalidEndpointError {
	/**
	 * @param field as items and the APIs name it
	 * @param label as the editor shows it
	 */
	constructor(
		readonly field: string,
		label: string,
	) {
		super(
			`"${label}" cannot be set: the endpoint delivers to a workflow in this n8n, which gets no request. Remove it.`,
		);
	}
}

/** The settings of requests, with their labels. */
const REQUEST_SETTINGS: Partial<Record<keyof EndpointSettings, string>> = {
	allow_http: 'Allow Plain HTTP',
	allow_internal: 'Allow Internal Addresses',
	cloud_event_mode: 'CloudEvents Mode',
	event_source: 'Event Source',
	svix_format: 'Svix Format',
	verify_tls: 'Ignore TLS Certificate Errors',
};

/** The values for an endpoint that are about requests. */
export interface RequestInput extends SecretInput {
	signingSecret?: string;
	settings?: Record<string, unknown>;
	/** The workflow that makes the bodies of deliveries; `null` removes it. Only the outbox's owner may choose it. */
	transformWorkflowId?: string | null;
	url?: string;
}

function findUnsuitable(input: RequestInput): [string, string] | undefined {
	const { authentication = {}, clientTls = {}, headers = {}, settings = {} } = input;
	if ((authentication.authentication ?? 'none') !== 'none') {
		return ['authentication', 'Endpoint Authentication'];
	}
	if (authentication.signatureScheme === 'custom') return ['authentication', 'Signature Scheme'];
	if (CLIENT_TLS_FIELDS.some((name) => (clientTls[name] ?? '') !== '')) {
		return ['client_certificate', 'Client Certificate'];
	}
	if (Object.values(headers).some((value) => value !== null)) {
		return ['custom_headers', 'Custom Headers'];
	}
	if ((input.signingSecret ?? '') !== '') return ['signing_secret', 'Signing Secret'];
	if ((input.transformWorkflowId ?? null) !== null) {
		return ['transform_workflow_id', 'Transform With Workflow'];
	}
	// `null` and a false switch say what is true of a workflow anyway.
	const setting = Object.entries(REQUEST_SETTINGS).find(([name]) =>
		name === 'verify_tls' ? settings[name] === false : Boolean(settings[name]),
	);
	const retry = settings.retry_policy as Record<string, unknown> | null | undefined;
	return (retry?.retry_statuses ?? '') === ''
		? setting
		: ['retry_policy.retry_statuses', 'Retry on Statuses'];
}

/**
 * Checks that a person gives an endpoint which is a workflow nothing that only requests have.
 * @throws WorkflowEndpointError, InvalidEndpointUrlError for a URL
 */
export function requireNoRequestValues(input: RequestInput): void {
	if (input.url !== undefined && input.url.trim() !== '') {
		throw new InvalidEndpointUrlError(
			'The endpoint delivers to a workflow in n8n, so it cannot get a URL. Create another endpoint for the URL.',
		);
	}
	const unsuitable = findUnsuitable(input);
	if (unsuitable !== undefined) throw new WorkflowEndpointError(...unsuitable);
}
