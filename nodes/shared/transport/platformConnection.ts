import {
	NodeApiError,
	NodeOperationError,
	UserError,
	type IDataObject,
	type IExecuteFunctions,
	type IHookFunctions,
	type IHttpRequestMethods,
	type ILoadOptionsFunctions,
	type JsonObject,
} from 'n8n-workflow';

import { removeUserInfo } from '../../../core/http/endpointUrl';
import { findHeaderFault } from '../../../core/http/headerValues';
import { getErrorMessage } from '../../../core/lib/errorMessage';
import { stringifyExactJson } from '../../../core/lib/exactJson';
import { isObject } from '../../../core/lib/fieldPath';
import { parseJson } from '../../../core/lib/json';
import { getPlatform, type Platform } from '../../../core/platforms';

/** The contexts in which a node calls a platform. */
export type Context = IExecuteFunctions | IHookFunctions | ILoadOptionsFunctions;

const CREDENTIAL = 'agentWebhookPlatformApi';

export const isRecord = (value: unknown): value is IDataObject => isObject(value);

/** Advice on what is wrong and what to do, by the status of the platform's response. */
const ADVICE: Record<string, string> = {
	'401': 'The API key is not valid. Enter a valid key in the credential.',
	'403':
		'The API key is not allowed to manage webhooks. Grant it that permission, or use another key.',
	'404': 'The webhook does not exist. It may have been deleted at the platform.',
	'429': 'The platform’s rate limit was exceeded. Try again later.',
};

/** Parses a body that n8n's helper left as text, since it parses only JSON's media type. */
export const parseResponseBody = (body: unknown): unknown =>
	typeof body === 'string' ? parseJson(body)?.value : body;

/** Writes one fault of a request's field, e.g. `url: is not valid`. */
function describeFieldFault(fault: unknown): string[] {
	if (!isRecord(fault) || typeof fault.msg !== 'string') return [];
	const [, ...path] = Array.isArray(fault.loc) ? fault.loc : [];
	return [path.length === 0 ? fault.msg : `${path.join('.')}: ${fault.msg}`];
}

/** Finds the platform's own error message. Returns an empty string if there is none. */
function findErrorMessage(body: unknown): string {
	const parsed = parseResponseBody(body);
	if (!isRecord(parsed)) return '';
	const { detail, error, message } = parsed;
	if (isRecord(error) && typeof error.message === 'string') return error.message;
	if (Array.isArray(detail)) return detail.flatMap(describeFieldFault).join('; ');
	return [error, message, detail].find((candidate) => typeof candidate === 'string') ?? '';
}

/**
 * Returns the platform's reason for a failed call (empty if it gives none), and what to do about it.
 * @param advice by status, in place of the usual one
 */
export const describeFailure = (
	statusCode: number,
	body: unknown,
	advice: Record<string, string> = {},
): { reason: string; advice: string } => ({
	reason: findErrorMessage(body),
	advice:
		{ ...ADVICE, ...advice }[String(statusCode)] ??
		'Try again later, or ask the platform’s support.',
});

interface PlatformResponse {
	statusCode: number;
	body: unknown;
}

/** The facts about a platform's API that a connection needs. */
interface ConnectionFacts {
	/** The subject of error messages. */
	name: string;
	/** Advice by the status of a reply, in place of the usual one. */
	advice?: Record<string, string>;
	/** Returns the URL that paths follow. */
	readBaseUrl: (stored: string) => string;
}

/** Calls a platform's API with the node's credential. */
export class PlatformConnection {
	private constructor(
		private readonly context: Context,
		private readonly facts: ConnectionFacts,
		private readonly baseUrl: string,
		/** The application in the credential; empty if it has none. */
		readonly applicationId: string,
	) {}

	/** @throws UserError if the credential is for another platform, or its key cannot be sent */
	static async open(
		context: Context,
		{ id, name }: Platform,
		facts: ConnectionFacts,
	): Promise<PlatformConnection> {
		const { apiKey, applicationId, baseUrl, platform } = await context.getCredentials(CREDENTIAL);
		if (platform !== id) {
			throw new UserError(
				`The credential is for ${getPlatform(String(platform)).name} and the node for ${name}. Choose a credential for ${name}.`,
			);
		}
		const fault = findHeaderFault('token', String(apiKey));
		if (fault !== undefined) throw new UserError(`"API Key" in the credential ${fault}`);
		const base = facts.readBaseUrl(String(baseUrl ?? ''));
		return new PlatformConnection(context, facts, base, String(applicationId ?? '').trim());
	}

	/**
	 * Sends a request.
	 * @param path what follows the base URL
	 * @returns the response's JSON object; `{}` if it has none
	 * @throws NodeApiError with the platform's reason and what to do
	 */
	async request(
		method: IHttpRequestMethods,
		path: string,
		body?: IDataObject,
	): Promise<IDataObject> {
		return this.readResponse(method, path, await this.send(method, path, body));
	}

	/**
	 * Sends a request about something that may not exist.
	 * @returns `undefined` for a 404
	 * @throws NodeApiError as {@link request} does, except for a 404
	 */
	async requestIfExists(
		method: IHttpRequestMethods,
		path: string,
	): Promise<IDataObject | undefined> {
		const response = await this.send(method, path);
		return response.statusCode === 404 ? undefined : this.readResponse(method, path, response);
	}

	/** @throws NodeOperationError if the platform cannot be reached */
	private async send(
		method: IHttpRequestMethods,
		path: string,
		body?: IDataObject,
	): Promise<PlatformResponse> {
		const call = this.context.helpers.httpRequestWithAuthentication;
		try {
			return (await call.call(this.context, CREDENTIAL, {
				method,
				url: `${this.baseUrl}${path}`,
				// Written here, since n8n would round numbers that a person typed with more digits.
				...(body && {
					body: stringifyExactJson(body),
					headers: { 'Content-Type': 'application/json' },
				}),
				json: true,
				returnFullResponse: true,
				ignoreHttpStatusErrors: true,
				disableFollowRedirect: true,
				timeout: 30_000,
			})) as PlatformResponse;
		} catch (error) {
			// A NodeApiError would replace this message with n8n's own one for connection errors.
			throw new NodeOperationError(
				this.context.getNode(),
				`${this.facts.name} could not be reached at ${removeUserInfo(this.baseUrl)} (${method} ${path})`,
				{
					description: `${getErrorMessage(error)}. Check the base URL in the credential and this instance’s network.`,
				},
			);
		}
	}

	/** @throws NodeApiError for a status other than 2xx */
	private readResponse(
		method: IHttpRequestMethods,
		path: string,
		{ body, statusCode }: PlatformResponse,
	): IDataObject {
		if (statusCode < 200 || statusCode >= 300) {
			const { advice, reason } = describeFailure(statusCode, body, this.facts.advice);
			throw new NodeApiError(this.context.getNode(), { statusCode } as JsonObject, {
				message: `${this.facts.name} answered ${method} ${path} with ${statusCode}${reason === '' ? '' : `: ${reason}`}`,
				description: advice,
				httpCode: String(statusCode),
			});
		}
		const json = parseResponseBody(body);
		return isRecord(json) ? json : {};
	}
}
