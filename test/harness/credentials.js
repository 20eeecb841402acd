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

module.exports = { chooseShownFields };
