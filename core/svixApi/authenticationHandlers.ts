import camelCase from 'lodash/camelCase';
import mapKeys from 'lodash/mapKeys';
import snakeCase from 'lodash/snakeCase';

import {
	authenticationSchema,
	presentRequestedAuthentication,
	toAuthenticationFields,
} from '../managementApi/authenticationInput';
import { InvalidFieldError } from '../managementApi/fieldErrors';
import { returnError } from '../lib/returnError';
import { updateEndpoint } from '../outbox/endpoint/lifecycle';
import { modifyEndpoint } from '../outbox/endpoint/repository';
import type { Endpoint } from '../outbox/model';

import type { ApplicationCall, Handler } from './apiContext';
import { loadReadableEndpoint, SVIX_SCOPE } from './apiEndpoint';
import { invalidField, parsePart, ValidationError, type SvixReply } from './svixErrors';
import { endpointAuthenticationIn } from './svixSchemas';

/** The authentication of an endpoint, with the names of fields that this API has. */

/** Completes what a check of the management API expects, e.g. `name without colons`, to a sentence of this API. */
const completeMessage = (msg: string): string =>
	/^(?:has|is|must)\b/.test(msg) ? msg : `must be a ${msg}`;

/** Renames the fields that a check of the management API names. */
const renameFields = ({ items }: ValidationError): ValidationError =>
	new ValidationError(
		items.map(({ loc, msg, type }) => ({
			loc: loc.map(camelCase),
			msg: completeMessage(msg),
			type,
		})),
	);

/** @throws ValidationError for fields that do not belong to the type, or cannot be sent */
function parseRequested(call: ApplicationCall): ReturnType<typeof authenticationSchema.parse> {
	const body = parsePart('body', endpointAuthenticationIn, call.request.body);
	const renamed = mapKeys(body, (_, name) => snakeCase(name));
	const parsed = returnError(ValidationError, () =>
		parsePart('body', authenticationSchema, renamed),
	);
	if (parsed instanceof ValidationError) throw renameFields(parsed);
	return parsed;
}

/** @throws ValidationError */
function toFields(
	{ rules }: ApplicationCall,
	requested: ReturnType<typeof parseRequested>,
	{ secrets, settings }: Endpoint,
): Record<string, unknown> {
	const fields = returnError(InvalidFieldError, () =>
		toAuthenticationFields(requested, secrets.authentication, {
			allowHttp: rules.allowHttp && settings.allow_http === true,
			allowInternal: rules.allowInternal && settings.allow_internal === true,
		}),
	);
	if (!(fields instanceof InvalidFieldError)) return fields;
	const { expected, field, received } = fields.details;
	const name = camelCase(field.replace(/^authentication\./, ''));
	throw invalidField(['body', name], received === 'null' ? 'is required' : `must be ${expected}`);
}

async function changeAuthentication(call: ApplicationCall): Promise<SvixReply> {
	const { ports } = call;
	const requested = parseRequested(call);
	const endpoint = await loadReadableEndpoint(call);
	const change = (latest: Endpoint): Endpoint =>
		updateEndpoint(latest, { authentication: toFields(call, requested, latest) }, ports.nowMs());
	await modifyEndpoint(ports, endpoint, change, SVIX_SCOPE);
	return { statusCode: 204 };
}

/** The operations on the authentication of an endpoint, which Svix's server lacks. */
export const AUTHENTICATION_HANDLERS = {
	'v1.endpoint.get-authentication': async (call) => {
		const { secrets } = await loadReadableEndpoint(call);
		const shown = presentRequestedAuthentication(secrets.authentication);
		return { statusCode: 200, body: mapKeys(shown, (_, name) => camelCase(name)) };
	},
	'v1.endpoint.update-authentication': changeAuthentication,
} satisfies Record<string, Handler<ApplicationCall>>;
