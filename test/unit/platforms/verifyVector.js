const { createHmac } = require('node:crypto');

const { getPlatform } = require('../../../build/core/platforms');
const { verifyRequest } = require('../../../build/core/signing/verify');

const { VECTORS } = require('./vectors');

const DEFAULT_URL = 'https://n8n.example.com/webhook/1';

const findVector = (provider, name) =>
	VECTORS.find((vector) => vector.provider === provider && vector.name === name);
const getVectorScheme = ({ provider }) => getPlatform(provider).scheme;
const getSignatureHeader = (vector) => getVectorScheme(vector).signatureHeader.toLowerCase();

/** Verifies a vector after changing parts of it. `headers` are merged; `undefined` removes one. */
function verifyVector(vector, { headers = {}, ...changes } = {}) {
	const { body, method, nowMs, secrets, url } = {
		body: vector.body,
		method: 'POST',
		nowMs: vector.nowMs ?? 0,
		secrets: [vector.secret],
		url: vector.url ?? DEFAULT_URL,
		...changes,
	};
	return verifyRequest(getVectorScheme(vector), {
		headers: { ...vector.headers, ...headers },
		body: Buffer.from(body),
		nowMs,
		secrets,
		request: () => ({ method, url }),
	});
}

/** Verifies a vector after changing its signature header. */
const verifyWithSignature = (vector, change) =>
	verifyVector(vector, {
		headers: { [getSignatureHeader(vector)]: change(vector.headers[getSignatureHeader(vector)]) },
	});
const failureWith = (code) => expect.objectContaining({ valid: false, code });
const hmac = (algorithm, secret, content, encoding) =>
	createHmac(algorithm, secret).update(content).digest(encoding);

module.exports = {
	DEFAULT_URL,
	failureWith,
	findVector,
	getSignatureHeader,
	getVectorScheme,
	hmac,
	verifyVector,
	verifyWithSignature,
};
