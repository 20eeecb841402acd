import { IdempotencyConflictError } from '../event/sameEvent';
import { InvalidEndpointUrlError } from '../http/endpointUrl';
import { InvalidHeaderValueError } from '../http/headerValues';
import { InvalidFieldError } from '../managementApi/fieldErrors';
import { ReusedKeyError } from '../managementApi/idempotency';
import { InvalidApiKeyError } from '../outbox/apiKey/apiKeyToken';
import { EventTooLargeError, InvalidDeliveryTimeError } from '../outbox/dispatch/newEvents';
import { UnknownEndpointError, UnreadableEventError } from '../outbox/dispatch/recordEvents';
import { ReplayError } from '../outbox/dispatch/replay';
import {
	ConflictError,
	EndpointLimitError,
	EndpointNotFoundError,
	UnreadableEndpointError,
} from '../outbox/endpoint/repository';
import { InvalidEndpointError } from '../outbox/endpoint/settings';
import { EventDataError } from '../outbox/eventType/eventDataCheck';
import { InvalidEventTypeFieldError } from '../outbox/eventType/eventTypeInput';
import {
	EventTypeExistsError,
	EventTypeNotFoundError,
} from '../outbox/eventType/eventTypeRepository';
import { EventInUseError } from '../outbox/log/eventRemoval';
import { EventNotFoundError } from '../outbox/log/loggedEvents';
import { DeliveryNotFoundError } from '../outbox/log/query';
import { InvalidTenantError } from '../outbox/tenant/tenantInput';
import { UidTakenError } from '../outbox/store/modifyRow';
import {
	TenantConflictError,
	TenantDeletedError,
	TenantDisabledError,
	TenantExistsError,
	TenantNotFoundError,
} from '../outbox/tenant/tenantRepository';
import { InvalidSecretError } from '../signing/secrets';

import { invalidField, SvixApiError, ValidationError, type SvixReply } from './svixErrors';

/** The message about a payload's fault for the owner of the catalog. */
const OWNER_HINT = / (?:Add it with|Correct the data|Correct it with)[^]*$/;

type ErrorClass = new (...args: never[]) => Error;

/** Errors of the outbox whose texts are for its owner, with what the caller of the API reads instead. */
const REPLIES: Array<[ErrorClass[], (error: Error) => SvixApiError | ValidationError]> = [
	[
		[EndpointNotFoundError, EventNotFoundError, EventTypeNotFoundError, DeliveryNotFoundError],
		() => new SvixApiError(404, 'not_found', 'Entity not found'),
	],
	[
		[TenantDeletedError, TenantNotFoundError, UnknownEndpointError],
		() => new SvixApiError(404, 'not_found', 'Entity not found'),
	],
	[
		[TenantExistsError],
		() => new SvixApiError(409, 'conflict', 'An application with this ID or uid exists.'),
	],
	[
		[UidTakenError],
		() => new SvixApiError(409, 'conflict', 'This uid belongs to another one. Choose another uid.'),
	],
	[
		[EventTypeExistsError],
		() => new SvixApiError(409, 'conflict', 'An event type with this name exists.'),
	],
	[
		[InvalidEventTypeFieldError],
		(error) => {
			const { field } = error as InvalidEventTypeFieldError;
			const isInSchema = field === 'schema' || field === 'example';
			return invalidField(['body', isInSchema ? 'schemas' : field], error.message);
		},
	],
	[
		[ConflictError, TenantConflictError],
		() => new SvixApiError(409, 'conflict', 'Others change this at the same time. Try again.'),
	],
	[
		[IdempotencyConflictError],
		() =>
			new SvixApiError(
				409,
				'conflict',
				'This eventId or idempotency key belongs to a message with another type or payload.',
			),
	],
	[
		[ReusedKeyError],
		() =>
			new SvixApiError(
				409,
				'conflict',
				'This idempotency key was used for a request with another body.',
			),
	],
	[
		[EventInUseError],
		() =>
			new SvixApiError(409, 'conflict', 'The message is being sent right now. Try again later.'),
	],
	[
		[ReplayError],
		() =>
			new SvixApiError(
				409,
				'conflict',
				'The message cannot be sent to this endpoint now: the endpoint is disabled, the payload was deleted, or it is being sent right now.',
			),
	],
	[
		[UnreadableEndpointError, UnreadableEventError],
		() =>
			new SvixApiError(
				409,
				'unreadable',
				'This cannot be used right now. Ask the owner of this API to correct it.',
			),
	],
	[
		[InvalidApiKeyError],
		() =>
			new SvixApiError(
				409,
				'conflict',
				'The key cannot be withdrawn now. Ask the owner of this API to withdraw all keys.',
			),
	],
	[
		[EndpointLimitError],
		() =>
			new SvixApiError(
				403,
				'endpoint_limit_reached',
				'The application has as many endpoints as it may have. Delete one, or ask the owner of this API for more.',
			),
	],
	[
		[TenantDisabledError],
		() =>
			new SvixApiError(
				403,
				'application_disabled',
				'The application is disabled. Ask the owner of this API to enable it.',
			),
	],
	[
		[EventTooLargeError],
		() => new SvixApiError(413, 'payload_too_large', 'The payload has more than 256 KB of JSON.'),
	],
	[
		[InvalidDeliveryTimeError],
		() => invalidField(['body', 'deliverAt'], 'must be within a year from now'),
	],
	[
		[InvalidEndpointUrlError],
		(error) => invalidField(['body', 'url'], (error as InvalidEndpointUrlError).fault),
	],
	[
		[InvalidFieldError],
		(error) => {
			const { details, message } = error as InvalidFieldError;
			const place = details.field === 'Idempotency-Key' ? 'header' : 'body';
			return invalidField([place, ...details.field.split('.')], message);
		},
	],
	[
		[EventDataError],
		(error) => invalidField(['body', 'payload'], error.message.replace(OWNER_HINT, '')),
	],
	[[InvalidSecretError], (error) => invalidField(['body', 'secret'], error.message)],
	[[InvalidHeaderValueError], (error) => invalidField(['body', 'headers'], error.message)],
	[[InvalidEndpointError, InvalidTenantError], (error) => invalidField(['body'], error.message)],
];

const toReply = (error: SvixApiError | ValidationError): SvixReply =>
	error instanceof ValidationError
		? { statusCode: 422, body: { detail: error.items } }
		: {
				statusCode: error.statusCode,
				body: { code: error.code, detail: error.detail },
				headers: error.headers,
			};

/** Returns the reply to an error that the caller can understand; `undefined` for any other error. */
export function toSvixErrorReply(error: unknown): SvixReply | undefined {
	if (error instanceof SvixApiError || error instanceof ValidationError) return toReply(error);
	const found = REPLIES.find(([classes]) => classes.some((type) => error instanceof type));
	return found && toReply(found[1](error as Error));
}
