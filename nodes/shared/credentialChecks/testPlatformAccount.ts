import type {
	ICredentialsDecrypted,
	ICredentialTestFunctions,
	INodeCredentialTestResult,
} from 'n8n-workflow';

import { readText } from '../../../core/credentials/credentialFields';
import { getErrorMessage } from '../../../core/lib/errorMessage';
import { getPlatform } from '../../../core/platforms';
import { describeFailure, parseWebhookList } from '../transport/platformApi';

import { assertHeaderText, fail, runChecks } from './assertSecret';

const TEST_TIMEOUT_MS = 15_000;

interface PlatformResponse {
	statusCode: number;
	body: unknown;
}

/** Requests the list of webhooks. Returns the error's message if there is no response. */
const requestWebhooks = async (
	{ helpers }: ICredentialTestFunctions,
	url: string,
	apiKey: string,
): Promise<PlatformResponse | string> =>
	await (
		helpers.request({
			method: 'GET',
			uri: url,
			headers: { Accept: 'application/json', Authorization: `Bearer ${apiKey}` },
			followRedirect: false,
			resolveWithFullResponse: true,
			simple: false,
			timeout: TEST_TIMEOUT_MS,
		}) as Promise<PlatformResponse>
	).then(
		(response) => response,
		(error: unknown) => getErrorMessage(error),
	);

/** Describes what is wrong with a response, and what to do. */
function describeWrongResponse(
	{ body, statusCode }: PlatformResponse,
	platformName: string,
	baseUrl: string,
): string {
	const { advice, reason } = describeFailure(statusCode, body);
	const result = `${platformName} answered with ${statusCode}${reason === '' ? '' : `: ${reason}`}.`;
	return statusCode < 400 || statusCode === 404
		? `${result} There is no API for webhooks at ${baseUrl}.`
		: `${result} ${advice}`;
}

/** Requests the platform's list of webhooks, as the first operation would. */
export async function testPlatformCredential(
	context: ICredentialTestFunctions,
	{ data = {} }: ICredentialsDecrypted,
): Promise<INodeCredentialTestResult> {
	const { management, name } = getPlatform(readText(data, 'platform'));
	if (management === undefined) return fail(`${name} has no API for its webhooks.`);
	const apiKey = readText(data, 'apiKey');
	const baseUrl = readText(data, 'baseUrl').replace(/\/+$/, '');
	const baseUrlHint = `For ${name} "Base URL" is usually ${management.baseUrl}.`;
	const checked = runChecks(() => {
		if (apiKey === '') throw new Error('"API Key" is empty. Fill it in.');
		assertHeaderText('API Key', apiKey);
		if (!/^https?:\/\//i.test(baseUrl) || !URL.canParse(baseUrl)) {
			throw new Error(`"Base URL" is not a URL that begins with https://. ${baseUrlHint}`);
		}
	});
	if (checked.status === 'Error') return checked;
	const response = await requestWebhooks(context, `${baseUrl}${management.path}`, apiKey);
	if (typeof response === 'string') {
		return fail(
			`${baseUrl} could not be reached: ${response}. Check "Base URL" and this instance’s network. ${baseUrlHint}`,
		);
	}
	const { body, statusCode } = response;
	if (statusCode < 200 || statusCode >= 300) {
		const isOtherSite = statusCode < 400 || statusCode === 404;
		const problem = describeWrongResponse(response, name, baseUrl);
		return fail(isOtherSite ? `${problem} ${baseUrlHint}` : problem);
	}
	return parseWebhookList(body, management) === undefined
		? fail(`The server at ${baseUrl} is not ${name}’s API for webhooks. ${baseUrlHint}`)
		: { status: 'OK', message: `${name} accepts the API key` };
}
