/** Results of attempts, as the transport reports them. */
const response = (statusCode, headers = {}) => ({
	kind: 'response',
	statusCode,
	headers,
	body: '',
	bodyTruncated: false,
});
const failure = (code) => ({ kind: 'error', code, message: code });

module.exports = { failure, response };
