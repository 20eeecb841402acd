import type {
	ICredentialDataDecryptedObject,
	ICredentialsDecrypted,
	ICredentialTestFunctions,
	INodeCredentialTestResult,
} from 'n8n-workflow';

import { readText } from '../../../core/credentials/credentialFields';
import { removeUserInfo } from '../../../core/http/endpointUrl';
import { getErrorMessage } from '../../../core/lib/errorMessage';
import { getPlatform } from '../../../core/platforms';
import type { Platform } from '../../../core/platforms/platform';
import { fillApplication, trimBaseUrl } from '../../../core/platforms/registrationApi';
import { describeFailure, isRecord, parseResponseBody } from '../transport/platformConnection';

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

/** The list that shows whether a key is accepted. */
interface TestedList {
	/** Follows the base URL. */
	path: string;
	/** The field of the response that has the list. */
	field: string;
	advice?: Record<string, string>;
	/** The hint at the base URL. */
	hint: string;
	baseUrl: string;
	/** The base URL as messages show it, without a user and password. */
	site: string;
}

const describeSite = (baseUrl: string): Pick<TestedList, 'baseUrl' | 'site'> => ({
	baseUrl,
	site: removeUserInfo(baseUrl),
});

/** Finds the list of webhooks or endpoints of a platform. @throws Error if the credential has no application */
function findTestedList(
	{ management, name, registration }: Platform,
	data: ICredentialDataDecryptedObject,
): TestedList | undefined {
	const stored = readText(data, 'baseUrl');
	if (registration !== undefined) {
		const { advice, baseUrl = '', endpoints, listField: field, root } = registration;
		const application = readText(data, 'applicationId').trim();
		const path = `${root}${fillApplication(endpoints, application)}?limit=1`;
		const hint = baseUrl === '' ? '' : `For ${name} "Base URL" is usually ${baseUrl}.`;
		return { path, field, advice, hint, ...describeSite(trimBaseUrl(stored, root)) };
	}
	if (management === undefined) return undefined;
	const hint = `For ${name} "Base URL" is usually ${management.baseUrl}.`;
	const { path, webhooksField: field } = management;
	return { path, field, hint, ...describeSite(stored.replace(/\/+$/, '')) };
}

/** Describes what is wrong with a response, and what to do. */
function describeWrongResponse(
	{ body, statusCode }: PlatformResponse,
	platformName: string,
	{ advice: adviceByStatus, site }: TestedList,
): string {
	const { advice, reason } = describeFailure(statusCode, body, adviceByStatus);
	const result = `${platformName} answered with ${statusCode}${reason === '' ? '' : `: ${reason}`}.`;
	const isOtherSite = statusCode < 400 || (statusCode === 404 && !adviceByStatus);
	return isOtherSite ? `${result} There is no API for webhooks at ${site}.` : `${result} ${advice}`;
}

const joinSentences = (...sentences: string[]): string =>
	sentences.filter((sentence) => sentence !== '').join(' ');

/** Requests the platform's list of webhooks or endpoints, as the first operation would. */
export async function testPlatformCredential(
	context: ICredentialTestFunctions,
	{ data = {} }: ICredentialsDecrypted,
): Promise<INodeCredentialTestResult> {
	const platform = getPlatform(readText(data, 'platform'));
	const { name, registration } = platform;
	const list = findTestedList(platform, data);
	if (list === undefined) return fail(`${name} has no API for its webhooks.`);
	const apiKey = readText(data, 'apiKey');
	const { baseUrl, hint, site } = list;
	const checked = runChecks(() => {
		if (apiKey === '') throw new Error('"API Key" is empty. Fill it in.');
		assertHeaderText('API Key', apiKey);
		if (registration !== undefined && readText(data, 'applicationId').trim() === '') {
			throw new Error('"Application ID" is empty. Fill it in.');
		}
		if (!/^https?:\/\//i.test(baseUrl) || !URL.canParse(baseUrl)) {
			throw new Error(joinSentences('"Base URL" is not a URL that begins with https://.', hint));
		}
	});
	if (checked.status === 'Error') return checked;
	const response = await requestWebhooks(context, `${baseUrl}${list.path}`, apiKey);
	if (typeof response === 'string') {
		const problem = `${site} could not be reached: ${response}. Check "Base URL" and this instance’s network.`;
		return fail(joinSentences(problem, hint));
	}
	const { body, statusCode } = response;
	if (statusCode < 200 || statusCode >= 300) {
		const problem = describeWrongResponse(response, name, list);
		return fail(statusCode < 400 || statusCode === 404 ? joinSentences(problem, hint) : problem);
	}
	const json = parseResponseBody(body);
	return isRecord(json) && Array.isArray(json[list.field])
		? { status: 'OK', message: `${name} accepts the API key` }
		: fail(joinSentences(`The server at ${site} is not ${name}’s API for webhooks.`, hint));
}
