/** Fills in credentials as a person would, and knows which of their fields are secret. */
const fs = require('node:fs');
const path = require('node:path');

const upperFirst = require('lodash/upperFirst');

const { root } = require('./project');

/** The fields of each method of a Receiving credential. */
const METHOD_FIELDS = {
	urlToken: ['urlTokens'],
	bearer: ['bearerTokens'],
	headerToken: ['headerTokens'],
	basic: ['basicUser', 'basicPassword'],
	signature: ['signingSecret', 'furtherSigningSecrets'],
	bodyToken: ['bodyTokens'],
};

const isFilled = (value) => value !== undefined && value !== '';

function chooseProtection({ authentication = 'none', signatureScheme }) {
	if (authentication === 'none') return 'signed';
	return signatureScheme === 'none' ? 'authenticated' : 'both';
}

/**
 * Chooses what a person would choose in the editor to see the fields that a test fills in: the methods of a Receiving
 * credential, or what a Sending credential does. A test that is about the choice itself lists `methods`.
 * @returns the fields with the choice
 */
function chooseShownFields(type, fields) {
	if (type === 'agentWebhookInboundApi') {
		const { methods, ...others } = fields;
		const switches = Object.entries(METHOD_FIELDS).map(([method, names]) => [
			method,
			methods?.includes(method) ?? names.some((name) => isFilled(fields[name])),
		]);
		return { ...Object.fromEntries(switches), ...others };
	}
	if (type === 'agentWebhookOutboundApi') {
		return { protection: chooseProtection(fields), ...fields };
	}
	return fields;
}

/**
 * Returns whether a credential's field contains secrets: n8n's editor hides what is typed into it. For credential
 * types of other packages, the field's name tells.
 */
function isSecretField(type, field) {
	const name = upperFirst(type);
	const file = path.join(root, `build/credentials/${name}.credentials.js`);
	if (!fs.existsSync(file)) return /secret|token|password|key/i.test(field);
	const { properties } = new (require(file)[name])();
	return properties.some((property) => property.name === field && property.typeOptions?.password);
}

module.exports = { chooseShownFields, isSecretField };
