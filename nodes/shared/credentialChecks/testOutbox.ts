import type {
	ICredentialDataDecryptedObject,
	ICredentialsDecrypted,
	ICredentialTestFunctions,
	INodeCredentialTestResult,
} from 'n8n-workflow';

import { readText } from '../../../core/credentials/credentialFields';
import { removeUserInfo } from '../../../core/http/endpointUrl';
import { getErrorMessage } from '../../../core/lib/errorMessage';
import { createEncrypter } from '../../../core/outbox/store/encryption';
import { parseSecretList } from '../../../core/signing/secrets';
import { parseOutboxCredential } from '../outbox/openOutbox';

import {
	assertCopied,
	assertHeaderText,
	assertListCopied,
	checkField,
	fail,
	runChecks,
} from './assertSecret';

const TEST_TIMEOUT_MS = 15_000;

/** Returns whether a field that is there has no text: n8n has evaluated an expression to nothing. */
const hasNoValue = (fields: ICredentialDataDecryptedObject, name: string): boolean =>
	name in fields && typeof fields[name] !== 'string';

/** Checks the keys' strength and the outbox's name. Only an execution can look for the tables. */
function checkOutboxFields(fields: ICredentialDataDecryptedObject): void {
	const encryptionKey = readText(fields, 'encryptionSecret');
	assertCopied('Encryption Key', encryptionKey, 'encryptionKey');
	const apiKey = readText(fields, 'n8nApiKey');
	if (apiKey !== '') assertHeaderText('n8n API Key', apiKey);
	if (hasNoValue(fields, 'n8nApiKey')) {
		throw new Error(
			'"n8n API Key" is an expression without a value. Correct it, or leave the field empty to choose by ID.',
		);
	}
	parseOutboxCredential(fields);
	checkField('Encryption Key', () => {
		createEncrypter([encryptionKey]);
	});
	const additional = readText(fields, 'furtherEncryptionSecrets');
	assertListCopied('Additional Encryption Keys', additional, 'encryptionKey');
	for (const key of parseSecretList('', additional)) {
		assertCopied('Additional Encryption Keys', key, 'encryptionKey');
		checkField('Additional Encryption Keys', () => {
			createEncrypter([key]);
		});
	}
}

/**
 * Returns the URL of this n8n: the one that a person entered, otherwise the public one, which n8n puts into the URL at
 * which an execution resumes. `undefined` if neither is a URL.
 */
function findInstanceUrl(fields: ICredentialDataDecryptedObject): string | undefined {
	const entered = readText(fields, 'n8nUrl').trim();
	const url =
		entered === '' ? readText(fields, 'resumeUrl').replace(/\/[^/]+\/[^/]*$/, '') : entered;
	return /^https?:\/\//i.test(url) && URL.canParse(url) ? url.replace(/\/+$/, '') : undefined;
}

interface ApiResponse {
	statusCode: number;
	body: { data?: Array<{ id?: unknown }>; message?: unknown } | undefined;
}

const ADVICE: Record<number, string> = {
	401: 'n8n rejects the API key: it is wrong, expired or deleted. Create one under Settings → n8n API.',
	403: 'The API key may not do this. Create one under Settings → n8n API with the permissions to list data tables and to read their rows.',
	404: 'There is no n8n API at this URL. Enter the URL at which n8n reaches itself under "n8n URL".',
};

/** Asks n8n's API for data tables, as the editor's lists do. Returns what is wrong; `undefined` if nothing is. */
async function findApiFault(
	{ helpers }: ICredentialTestFunctions,
	instanceUrl: string,
	apiKey: string,
): Promise<string | undefined> {
	const get = async (path: string): Promise<ApiResponse> =>
		(await helpers.request({
			method: 'GET',
			uri: `${instanceUrl}/api/v1/data-tables${path}`,
			headers: { Accept: 'application/json', 'X-N8N-API-KEY': apiKey },
			json: true,
			followRedirect: false,
			resolveWithFullResponse: true,
			simple: false,
			timeout: TEST_TIMEOUT_MS,
		})) as ApiResponse;
	const describe = ({ statusCode }: ApiResponse): string =>
		`"n8n API Key": n8n’s API at ${removeUserInfo(instanceUrl)} answered with ${statusCode}. ${ADVICE[statusCode] ?? ADVICE[404]}`;
	const tables = await get('?limit=1');
	if (tables.statusCode !== 200 || !Array.isArray(tables.body?.data)) return describe(tables);
	const id = tables.body.data[0]?.id;
	if (typeof id !== 'string') return undefined;
	const rows = await get(`/${encodeURIComponent(id)}/rows?limit=1`);
	return rows.statusCode === 200 ? undefined : describe(rows);
}

/** Checks the fields, and with n8n itself the API key if there is one. */
export async function testOutboxCredential(
	context: ICredentialTestFunctions,
	{ data = {} }: ICredentialsDecrypted,
): Promise<INodeCredentialTestResult> {
	const checked = runChecks(() => checkOutboxFields(data));
	const apiKey = readText(data, 'n8nApiKey');
	if (checked.status === 'Error' || apiKey === '') return checked;
	const instanceUrl = findInstanceUrl(data);
	if (instanceUrl === undefined) {
		return fail(
			'"n8n URL" is not the URL of this n8n, so the API key cannot be checked. Enter it with http:// or https://.',
		);
	}
	const fault = await findApiFault(context, instanceUrl, apiKey).catch(
		(error: unknown) =>
			`"n8n API Key": ${removeUserInfo(instanceUrl)} could not be reached: ${getErrorMessage(error)}. Enter the URL at which n8n reaches itself under "n8n URL".`,
	);
	return fault === undefined
		? { status: 'OK', message: 'The key can be used, and n8n accepts the API key' }
		: fail(fault);
}
