const {
	platform: standardWebhooks,
} = require('../../../build/core/platforms/definitions/standardWebhooks');
const { signRequest } = require('../../../build/core/signing/sign');

const standard = standardWebhooks.scheme;

// The published vectors: libraries/javascript/src/webhook.test.ts and
// libraries/go/webhook_{symmetric,asymmetric}_test.go of standard-webhooks/standard-webhooks.
const MSG_ID = 'msg_p5jXN8AQM9LWM0D4loKWxJek';
const PAYLOAD = '{"test": 2432232314}';
const SECRET = 'MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const SIGNED_AT_MS = 1614265330 * 1000;
const SYMMETRIC = 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=';
const ASYMMETRIC_SEED = 'VEVTVFNJR05JTkdLRVlET05PVFVTRVRISVNGT1JBTlk=';
const ASYMMETRIC =
	'v1a,tQ9V2XOqn7jL/DQenEFpqIugdBVtiMmER5mhSkXBNwM0mkATuDe6KYYUuxqtaiHeYGb7KaaBRdM5WqyeFiL8Ag==';

const body = Buffer.from(PAYLOAD);
const toLowerCaseNames = (headers) =>
	Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));

/** Signs a request, and returns its headers as the receiver reads them. */
const signAndReceive = (scheme, input) => toLowerCaseNames(signRequest(scheme, input));

module.exports = {
	ASYMMETRIC,
	ASYMMETRIC_SEED,
	MSG_ID,
	PAYLOAD,
	SECRET,
	SIGNED_AT_MS,
	SYMMETRIC,
	body,
	signAndReceive,
	standard,
	toLowerCaseNames,
};
