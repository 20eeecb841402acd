const { Webhook } = require('standardwebhooks');

const { PRESET_VECTORS } = require('./presetVectors');

/** The headers of a Standard Webhooks or Svix request, without the prefix of their names. */
function readWebhookHeaders(headers) {
	const prefix = headers['svix-id'] === undefined ? 'webhook' : 'svix';
	const [id, timestamp, signature] = ['id', 'timestamp', 'signature'].map(
		(name) => headers[`${prefix}-${name}`],
	);
	return { id, date: new Date(Number(timestamp) * 1000), signature };
}

// Supabase writes the version before the secret.
const readKey = ({ secret }) => secret.replace(/^v1,/, '');

const SIGNED_BY_LIBRARY = PRESET_VECTORS.filter(({ madeBy }) =>
	/^library: (standardwebhooks|svix)@/.test(madeBy),
);

describe.each(SIGNED_BY_LIBRARY)('the $provider vector "$name"', (vector) => {
	const { id, date, signature } = readWebhookHeaders(vector.headers);

	test('has the signature of the library standardwebhooks', () => {
		expect(new Webhook(readKey(vector)).sign(id, date, vector.body)).toBe(signature);
	});

	test('has the signature of the library svix', async () => {
		const svix = await import('svix');
		expect(new svix.Webhook(readKey(vector)).sign(id, date, vector.body)).toBe(signature);
	});
});
