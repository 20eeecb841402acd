/** Judges the answers to hostile requests. */

const getHeader = ({ headers }, name) =>
	headers.findLast(([other]) => other.toLowerCase() === name)?.[1] ?? '';

/** Media types that n8n parses before it calls the trigger. */
const N8N_READS =
	/^(?:application\/json|text\/plain|application\/x-www-form-urlencoded|[\w.+/-]*[/+]xml)/i;

/** Parses JSON; `undefined` if it is none. */
const asJson = (text) => {
	try {
		return JSON.parse(text);
	} catch {
		return undefined;
	}
};

/** Faulty responses that n8n itself sends before it calls the trigger. */
const N8N_FAULTS = {
	'n8n decompresses some types itself, and answers 500 if it cannot, or if the result is too large':
		(request, { status, text }) =>
			status === 500 &&
			/^(?:gzip|deflate)$/.test(getHeader(request, 'content-encoding')) &&
			N8N_READS.test(getHeader(request, 'content-type')) &&
			(request.method === 'HEAD' || asJson(text)?.code === 0),
	'n8n answers 503 while its database is slow, on a machine that is too busy': (
		_,
		{ status, text },
	) => status === 503 && asJson(text)?.message === 'Database is not ready!',
	'n8n 2.36 answers 500 if several parts cannot be read': (request, { status, text }) =>
		status === 500 &&
		/^multipart\/form-data/.test(getHeader(request, 'content-type')) &&
		(request.method === 'HEAD' || asJson(text)?.code === 0),
	'n8n answers 500 to a browser that requests an unknown address': (
		request,
		{ status, text },
		paths,
	) =>
		status === 500 &&
		getHeader(request, 'origin') !== '' &&
		!paths.includes(request.path) &&
		(request.method === 'HEAD' || text.includes('<pre>Internal Server Error</pre>')),
};

const STACK = /\n\s*at \S|node_modules|&nbsp;at /;

const isClientError = (status) => status >= 400 && status <= 499;

/**
 * Returns what is wrong with the answer to a hostile request; `undefined` if it was rejected as it should be.
 * @param canaries texts that no answer may have
 * @param paths of the triggers
 * @param isExpected returns whether a status is right; by default each status of a rejection is
 */
function findFault(request, answer, { canaries, isExpected = isClientError, paths }) {
	const { status, text } = answer;
	if (canaries.some((canary) => text.includes(canary))) return 'a canary';
	if (Object.values(N8N_FAULTS).some((isKnown) => isKnown(request, answer, paths))) {
		return undefined;
	}
	// Node rejects invalid HTTP: it closes the connection, before or after a response.
	if (status !== 0 && !isExpected(status)) return `status ${status}`;
	return STACK.test(text) ? 'a stack' : undefined;
}

module.exports = { asJson, findFault };
