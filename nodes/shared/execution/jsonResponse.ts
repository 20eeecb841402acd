import type { IDataObject, IN8nHttpFullResponse } from 'n8n-workflow';

import { hasExactNumber, stringifyExactJson } from '../../../core/lib/exactJson';

/** As n8n writes it for JSON. */
const JSON_TYPE = 'application/json; charset=utf-8';

/**
 * Builds a response whose JSON body keeps the digits of numbers that n8n would round.
 * @param body any other body, e.g. a text, is left to n8n
 */
export function buildJsonResponse(
	statusCode: number,
	headers: IDataObject,
	body: unknown,
): IN8nHttpFullResponse {
	if (!hasExactNumber(body)) return { statusCode, headers, body: body as IDataObject };
	const hasType = Object.keys(headers).some((name) => name.toLowerCase() === 'content-type');
	return {
		statusCode,
		headers: { ...(!hasType && { 'Content-Type': JSON_TYPE }), ...headers },
		body: Buffer.from(stringifyExactJson(body), 'utf8'),
	};
}
