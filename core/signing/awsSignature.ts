import { createHash, createHmac } from 'crypto';
import attempt from 'lodash/attempt';
import isError from 'lodash/isError';

/**
 * Signature Version 4 of AWS, by which Lambda function URLs, API Gateway and other services recognize a caller.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */

export interface AwsCredentials {
	accessKeyId: string;
	secretAccessKey: string;
	/** Of temporary credentials; empty for none. */
	sessionToken: string;
	/** e.g. `eu-central-1` */
	region: string;
	/** e.g. `lambda`, `execute-api` */
	service: string;
}

export interface AwsRequest {
	method: string;
	/** The final URL, with its query. */
	url: string;
	headers: Record<string, string>;
	body: Buffer;
	nowMs: number;
}

const ALGORITHM = 'AWS4-HMAC-SHA256';

const hashHex = (content: Buffer | string): string =>
	createHash('sha256').update(content).digest('hex');

const computeHmac = (key: Buffer | string, text: string): Buffer =>
	createHmac('sha256', key).update(text).digest();

/** Escapes a text as AWS does: everything except letters, digits and `-._~`. */
const escapeText = (text: string): string =>
	encodeURIComponent(text).replace(
		/[!'()*]/g,
		(character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
	);

/** Returns a path as S3 reads it. It takes a plus sign as a space. */
const readS3Path = (pathname: string): string => {
	const decoded = attempt(decodeURIComponent, pathname.replaceAll('+', ' '));
	return isError(decoded) ? pathname : decoded;
};

/** Writes a path without empty parts, and escapes it again. S3 keeps empty parts, and escapes each part once. */
function toCanonicalPath(pathname: string, service: string): string {
	if (service === 's3') {
		// A slash that was escaped is one of the object's key.
		const parts = readS3Path(pathname).split('/');
		return parts.map(escapeText).join('/');
	}
	const parts = pathname.split('/').filter((part) => part !== '');
	const path = `/${parts.map(escapeText).join('/')}`;
	return parts.length > 0 && pathname.endsWith('/') ? `${path}/` : path;
}

const compareTexts = (a: string, b: string): number => Number(a > b) - Number(a < b);

function toCanonicalQuery(parameters: URLSearchParams): string {
	return [...parameters]
		.map(([name, value]) => [escapeText(name), escapeText(value)])
		.sort(([nameA, valueA], [nameB, valueB]) =>
			nameA === nameB ? compareTexts(valueA, valueB) : compareTexts(nameA, nameB),
		)
		.map((pair) => pair.join('='))
		.join('&');
}

/**
 * Lists the headers that are signed: those that AWS requires, and no others, since a proxy may change them. The last one
 * with a name is sent.
 */
function listSignedHeaders(url: URL, headers: Record<string, string>): Array<[string, string]> {
	const byName = new Map(
		Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]),
	);
	return [...byName.set('host', url.host)]
		.filter(([name]) => /^(?:content-type|host|x-amz-.*)$/.test(name))
		.map(([name, value]): [string, string] => [name, value.trim().replace(/ +/g, ' ')])
		.sort(([a], [b]) => compareTexts(a, b));
}

function deriveKey({ region, secretAccessKey, service }: AwsCredentials, date: string): Buffer {
	const parts = [date, region, service, 'aws4_request'];
	return parts.reduce<Buffer>(
		(key, part) => computeHmac(key, part),
		Buffer.from(`AWS4${secretAccessKey}`, 'utf8'),
	);
}

/**
 * Signs a request as AWS requires.
 * @returns the headers to add to it
 * @example
 * signAwsRequest(credentials, { method: 'POST', url: 'https://id.lambda-url.eu-central-1.on.aws/', … });
 * // { 'X-Amz-Date': '20260101T000000Z', Authorization: 'AWS4-HMAC-SHA256 Credential=AKIA…' }
 */
export function signAwsRequest(
	credentials: AwsCredentials,
	{ body, headers, method, nowMs, url: address }: AwsRequest,
): Record<string, string> {
	const { accessKeyId, region, service, sessionToken } = credentials;
	const url = new URL(address);
	const time = new Date(nowMs).toISOString().replace(/[-:]|\.\d+/g, '');
	const date = time.slice(0, 8);
	const bodyHash = hashHex(body);
	const added = {
		'X-Amz-Date': time,
		...(service === 's3' && { 'X-Amz-Content-Sha256': bodyHash }),
		...(sessionToken !== '' && { 'X-Amz-Security-Token': sessionToken }),
	};
	const signed = listSignedHeaders(url, { ...headers, ...added });
	const names = signed.map(([name]) => name).join(';');
	const canonicalRequest = [
		method.toUpperCase(),
		toCanonicalPath(url.pathname, service),
		toCanonicalQuery(url.searchParams),
		...signed.map((header) => header.join(':')),
		'',
		names,
		bodyHash,
	].join('\n');
	const scope = `${date}/${region}/${service}/aws4_request`;
	const text = [ALGORITHM, time, scope, hashHex(canonicalRequest)].join('\n');
	const signature = computeHmac(deriveKey(credentials, date), text).toString('hex');
	return {
		...added,
		Authorization: `${ALGORITHM} Credential=${accessKeyId}/${scope}, SignedHeaders=${names}, Signature=${signature}`,
	};
}
