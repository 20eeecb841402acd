/**
 * Requests that the providers publish or accept, as test vectors. One long list of data: a new provider's
 * vector is one more entry.
 */
const CONVOY_BODY = '{"event":"charge.success","amount":1000,"currency":"NGN"}';
const CONVOY_SECRET = 'convoy-webhook-secret';
const CONVOY_SOURCE = 'frain-dev/convoy pkg/signature/testdata/signature-vectors.json @296eab06';
const TWILIO_FORM =
	'CallSid=CA1234567890ABCDE&Digits=1234&From=%2B14158675309&To=%2B18005551212&Caller=%2B14158675309';
const TWILIO_SOURCE = 'twilio/twilio-python tests/unit/test_request_validator.py @30368b08';
const HUBSPOT_SECRET = 'yyyyyyyy-yyyy-yyyy-yyyy-yyyyyyyyyyyy';
const HUBSPOT_EVENTS =
	'[{"eventId":1,"subscriptionId":12345,"portalId":62515,"occurredAt":1564113600000,"subscriptionType":"contact.creation","attemptNumber":0,"objectId":123,"changeSource":"CRM","changeFlag":"NEW","appId":54321}]';
const DISCORD_SOURCE =
	'accepted by discord-interactions@4.4.0 verifyKey; key: RFC 8032 7.1 TEST 1; bodies: discord/discord-interactions-js src/__tests__/utils/SharedTestUtils.ts @0b290508';
const DISCORD_KEY = 'd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a';

/** Requests that are authentic for their providers, each with its source. */
const VECTORS = [
	{
		provider: 'github',
		name: 'docs',
		source: 'https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries',
		secret: "It's a Secret to Everybody",
		body: 'Hello, World!',
		headers: {
			'x-hub-signature-256':
				'sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17',
		},
	},
	{
		provider: 'github',
		name: 'octokit-verify',
		source: 'octokit/webhooks-methods.js test/verify.test.ts @0043059e',
		secret: 'mysecret',
		body: '{\n  "foo": "bar"\n}\n',
		headers: {
			'x-hub-signature-256':
				'sha256=e3eccac34c43c7dc1cbb905488b1b81347fcc700a7b025697a9d07862256023f',
		},
	},
	{
		provider: 'github',
		name: 'octokit-sign',
		source: 'octokit/webhooks-methods.js test/sign.test.ts @068af5a7',
		secret: 'mysecret',
		body: '{"foo":"bar"}',
		headers: {
			'x-hub-signature-256':
				'sha256=4864d2759938a15468b5df9ade20bf161da9b4f737ea61794142f3484236bda3',
		},
	},
	{
		provider: 'github',
		name: 'form',
		source: 'computed by the documented rule, over the raw form',
		secret: "It's a Secret to Everybody",
		body: 'payload=%7B%22zen%22%3A%22Hello%2C%20World!%22%7D',
		headers: {
			'x-hub-signature-256':
				'sha256=bc4a9911f76525d42c4315b635f41dcf5f6d6ecbb91021d39ac002d39976fc5b',
			'content-type': 'application/x-www-form-urlencoded',
		},
	},
	{
		provider: 'stripe',
		name: 'stripe-dotnet',
		source:
			'stripe/stripe-dotnet src/StripeTests/Services/Events/EventUtilityTest.cs + src/StripeTests/Resources/event_test_signature.json @946a3808',
		secret: 'webhook_secret',
		body: '{\n  "id": "evt_123",\n  "object": "event",\n  "account": "acct_123",\n  "api_version": "2017-05-25",\n  "created": 1533204620,\n  "data": {\n    "object": {\n      "id": "cus_123",\n      "object": "customer",\n      "created": 123456789,\n      "email": "test@stripe.com",\n      "livemode": false,\n      "metadata": {}\n    }\n  },\n  "livemode": false,\n  "pending_webhooks": 1,\n  "request": {\n    "id": "req_123",\n    "idempotency_key": "idempotency-key-123"\n  },\n  "type": "customer.created"\n}\n',
		headers: {
			'stripe-signature':
				't=1533204620,v1=2220f87ef101a04665f11cdf770523143f875572008577fa0f20882ddb9cc3c7,v0=63f3a72374a733066c4be69ed7f8e5ac85c22c9f0a6a612ab9a025a9e4ee7eef',
		},
		nowMs: 1_533_204_620_000,
	},
	{
		provider: 'stripe',
		name: 'stripe-node generated',
		source:
			'made by running stripe@23.1.0 webhooks.generateTestHeaderString; payload and secret of stripe/stripe-node test/Webhook.spec.ts',
		secret: 'whsec_test_secret',
		body: '{\n  "id": "evt_test_webhook",\n  "object": "event"\n}',
		headers: {
			'stripe-signature':
				't=1700000000,v1=4f1cd7feda9826e746b7d482c4badebb657398df1099e1046364f6196a230150',
		},
		nowMs: 1_700_000_000_000,
	},
	{
		provider: 'slack',
		name: 'docs',
		source:
			'https://docs.slack.dev/authentication/verifying-requests-from-slack/ ; slackapi/python-slack-sdk tests/slack_sdk/signature/test_signature_verifier.py @0756c47d',
		secret: '8f742231b10e8888abcd99yyyzzz85a5',
		body: 'token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c',
		headers: {
			'x-slack-request-timestamp': '1531420618',
			'x-slack-signature': 'v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503',
			'content-type': 'application/x-www-form-urlencoded',
		},
		nowMs: 1_531_420_618_000,
	},
	{
		provider: 'shopify',
		name: 'shopify-api-js',
		source:
			'Shopify/shopify-app-js packages/apps/shopify-api/lib/webhooks/__tests__/validate.test.ts @01fe9dac (secret in lib/__tests__/test-config.ts, headers in __tests__/utils.ts)',
		secret: 'test_secret_key',
		body: '{"foo": "bar"}',
		headers: {
			'x-shopify-hmac-sha256': 'B23tXN681gZ0qIWNRrgtzBE9XSDo5yaUu6wfmhu3a7g=',
			'x-shopify-topic': 'products/create',
			'x-shopify-shop-domain': 'shop1.myshopify.io',
			'x-shopify-api-version': '2023-01',
			'x-shopify-webhook-id': '123456789',
		},
	},
	{
		provider: 'svix',
		name: 'js-sign',
		source:
			'https://docs.svix.com/receiving/verifying-payloads/how ; standard-webhooks/standard-webhooks libraries/javascript/src/webhook.test.ts @10d3e46d',
		secret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
		body: '{"test": 2432232314}',
		headers: {
			'svix-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
			'svix-timestamp': '1614265330',
			'svix-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
		},
		nowMs: 1_614_265_330_000,
	},
	{
		provider: 'svix',
		name: 'rust-sign',
		source: 'svix/svix-webhooks rust/src/webhooks.rs test_sign',
		secret: 'whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD',
		body: '{"email":"test@example.com","username":"test_user"}',
		headers: {
			'svix-id': 'msg_27UH4WbU6Z5A5EzD8u03UvzRbpk',
			'svix-timestamp': '1649367553',
			'svix-signature': 'v1,tZ1I4/hDygAJgO5TYxiSd6Sd0kDW6hPenDe+bTa3Kkw=',
		},
		nowMs: 1_649_367_553_000,
	},
	{
		provider: 'hookdeck',
		name: 'hermes',
		source:
			'body and secret of hookdeck/hermes-hookdeck tests/test_verify.py @265bb7fa; accepted by running @hookdeck/vercel@0.3.1 verifyHookdeckSignature',
		secret: 'whsec_test_secret',
		body: '{"type":"charge.succeeded","id":"evt_1"}',
		headers: { 'x-hookdeck-signature': 'RTilfSisjfEz7c0AY84mq9Vcd+C659EfsuNqv+NNEQo=' },
	},
	{
		provider: 'convoySimple',
		name: 'simple_sha256_hex_valid',
		source: CONVOY_SOURCE,
		secret: CONVOY_SECRET,
		body: CONVOY_BODY,
		headers: {
			'x-convoy-signature': '244449b7f48cbc2709060c9dcdc2b3aa47a78f540430579015c579fb12defbb4',
		},
	},
	{
		provider: 'convoySimple',
		name: 'simple_sha256_base64_valid',
		source: CONVOY_SOURCE,
		secret: CONVOY_SECRET,
		body: CONVOY_BODY,
		headers: { 'x-convoy-signature': 'JERJt/SMvCcJBgydzcKzqkenj1QEMFeQFcV5+xLe+7Q=' },
	},
	{
		provider: 'convoySimple',
		name: 'simple_sha512_hex_valid',
		source: CONVOY_SOURCE,
		secret: CONVOY_SECRET,
		body: CONVOY_BODY,
		headers: {
			'x-convoy-signature':
				'6cc772dc81942ae1b5ffa91c3a6a07b0d37edc8dc6bd83e3518a219f1f19ff71ae1b76d6b320940d414c236a1aad7f7930b63e0f1928951955d31219545e1b66',
		},
	},
	{
		provider: 'convoySimple',
		name: 'simple_sha512_base64_valid',
		source: CONVOY_SOURCE,
		secret: CONVOY_SECRET,
		body: CONVOY_BODY,
		headers: {
			'x-convoy-signature':
				'bMdy3IGUKuG1/6kcOmoHsNN+3I3GvYPjUYohnx8Z/3GuG3bWsyCUDUFMI2oarX95MLY+DxkolRlV0xIZVF4bZg==',
		},
	},
	{
		provider: 'convoyAdvanced',
		name: 'advanced_sha256_hex_valid',
		source: CONVOY_SOURCE,
		secret: CONVOY_SECRET,
		body: CONVOY_BODY,
		headers: {
			'x-convoy-signature':
				't=1700000000,v1=77b8b9269f25a199846a55a2bd25b3fba151c70fdae60bb1dcd87fbbc943c55c',
		},
		nowMs: 1_700_000_000_000,
	},
	{
		provider: 'convoyAdvanced',
		name: 'advanced_sha256_base64_valid',
		source: CONVOY_SOURCE,
		secret: CONVOY_SECRET,
		body: CONVOY_BODY,
		headers: {
			'x-convoy-signature': 't=1700000000,v1=d7i5Jp8loZmEalWivSWz+6FRxw/a5gux3Nh/u8lDxVw=',
		},
		nowMs: 1_700_000_000_000,
	},
	{
		provider: 'convoyAdvanced',
		name: 'advanced_sha512_hex_valid',
		source: CONVOY_SOURCE,
		secret: CONVOY_SECRET,
		body: CONVOY_BODY,
		headers: {
			'x-convoy-signature':
				't=1700000000,v1=b2122e252cd2582cf225cb2b8d4ceede9e34329e2fe95c02619c3ed5d4a3d9a73e6beaf2dff8e76d71a693ae198cee40685eed12ad4ee2e033dc2d0399ede057',
		},
		nowMs: 1_700_000_000_000,
	},
	{
		provider: 'convoyAdvanced',
		name: 'advanced_sha512_base64_valid',
		source: CONVOY_SOURCE,
		secret: CONVOY_SECRET,
		body: CONVOY_BODY,
		headers: {
			'x-convoy-signature':
				't=1700000000,v1=shIuJSzSWCzyJcsrjUzu3p40Mp4v6VwCYZw+1dSj2ac+a+ry3/jnbXGmk64ZjO5AaF7tEq1O4uAz3C0Dme3gVw==',
		},
		nowMs: 1_700_000_000_000,
	},
	{
		provider: 'convoyAdvanced',
		name: 'advanced_t_not_first',
		source: CONVOY_SOURCE,
		secret: CONVOY_SECRET,
		body: CONVOY_BODY,
		headers: {
			'x-convoy-signature':
				'v1=77b8b9269f25a199846a55a2bd25b3fba151c70fdae60bb1dcd87fbbc943c55c,t=1700000000',
		},
		nowMs: 1_700_000_000_000,
	},
	{
		provider: 'convoyAdvanced',
		name: 'advanced_multi_v1_one_valid',
		source: CONVOY_SOURCE,
		secret: CONVOY_SECRET,
		body: CONVOY_BODY,
		headers: {
			'x-convoy-signature':
				't=1700000000,v1=449623e4897bbde05e35358293f97b8c2f697367ffa3e7466e98178dfba44d19,v1=77b8b9269f25a199846a55a2bd25b3fba151c70fdae60bb1dcd87fbbc943c55c',
		},
		nowMs: 1_700_000_000_000,
	},
	{
		provider: 'convoyAdvanced',
		name: 'convoy.js far-future',
		source: 'frain-dev/convoy.js tests/webhook.test.ts @18f91af4',
		secret: 'Convoy',
		body: '{"email":"test@gmail.com"}',
		headers: {
			'x-convoy-signature':
				't=2048976161,v1=c6c39e1bd410fc1dc4db90e97039f006d088c950a275296767595d330195088f,v1=6594ee0713f1cc1f54c3f713d06a60718cd10949c7684412f159034d49621e07',
		},
		nowMs: 2_048_976_161_000,
	},
	{
		provider: 'twilio',
		name: 'docs',
		source: 'https://www.twilio.com/docs/usage/security#explore-the-algorithm-yourself',
		secret: '12345',
		body: 'Digits=1234&To=%2B18005551212&From=%2B14158675310&Caller=%2B14158675310&CallSid=CA1234567890ABCDE',
		headers: {
			'x-twilio-signature': 'L/OH5YylLD5NRKLltdqwSvS0BnU=',
			'content-type': 'application/x-www-form-urlencoded',
		},
		url: 'https://example.com/myapp.php?foo=1&bar=2',
	},
	{
		provider: 'twilio',
		name: 'form',
		source: TWILIO_SOURCE,
		secret: '12345',
		body: TWILIO_FORM,
		headers: {
			'x-twilio-signature': 'RSOYDt4T1cUTdK1PDd93/VVr8B8=',
			'content-type': 'application/x-www-form-urlencoded',
		},
		url: 'https://mycompany.com/myapp.php?foo=1&bar=2',
	},
	{
		provider: 'twilio',
		name: 'duplicate params',
		source: TWILIO_SOURCE,
		secret: '12345',
		body: 'Sid=CA123&SidAccount=AC123&Digits=5678&Digits=1234',
		headers: {
			'x-twilio-signature': 'IK+Dwps556ElfBT0I3Rgjkr1wJU=',
			'content-type': 'application/x-www-form-urlencoded',
		},
		url: 'https://mycompany.com/myapp.php?foo=1&bar=2',
	},
	{
		provider: 'twilio',
		name: 'https received with port 1234, signed without',
		source: TWILIO_SOURCE,
		secret: '12345',
		body: TWILIO_FORM,
		headers: {
			'x-twilio-signature': 'RSOYDt4T1cUTdK1PDd93/VVr8B8=',
			'content-type': 'application/x-www-form-urlencoded',
		},
		url: 'https://mycompany.com:1234/myapp.php?foo=1&bar=2',
	},
	{
		provider: 'twilio',
		name: 'http signed with port 1234',
		source: TWILIO_SOURCE,
		secret: '12345',
		body: TWILIO_FORM,
		headers: {
			'x-twilio-signature': 'Zmvh+3yNM1Phv2jhDCwEM3q5ebU=',
			'content-type': 'application/x-www-form-urlencoded',
		},
		url: 'http://mycompany.com:1234/myapp.php?foo=1&bar=2',
	},
	{
		provider: 'twilio',
		name: 'https signed with 443, received without',
		source: TWILIO_SOURCE,
		secret: '12345',
		body: TWILIO_FORM,
		headers: {
			'x-twilio-signature': 'kvajT1Ptam85bY51eRf/AJRuM3w=',
			'content-type': 'application/x-www-form-urlencoded',
		},
		url: 'https://mycompany.com/myapp.php?foo=1&bar=2',
	},
	{
		provider: 'twilio',
		name: 'http signed with 80, received without',
		source: TWILIO_SOURCE,
		secret: '12345',
		body: TWILIO_FORM,
		headers: {
			'x-twilio-signature': '0ZXoZLH/DfblKGATFgpif+LLRf4=',
			'content-type': 'application/x-www-form-urlencoded',
		},
		url: 'http://mycompany.com/myapp.php?foo=1&bar=2',
	},
	{
		provider: 'twilio',
		name: 'json bodySHA256',
		source: TWILIO_SOURCE,
		secret: '12345',
		body: '{"property": "value", "boolean": true}',
		headers: {
			'x-twilio-signature': 'a9nBmqA0ju/hNViExpshrM61xv4=',
			'content-type': 'application/json',
		},
		url: 'https://mycompany.com/myapp.php?foo=1&bar=2&bodySHA256=0a1ff7634d9ab3b95db5c9a2dfe9416e41502b283a80c7cf19632632f96e6620',
	},
	{
		provider: 'zoom',
		name: 'docs message',
		source:
			'message of https://developers.zoom.us/docs/api/webhooks, our secret; accepted by running @zoom/rivet@0.4.0 AwsLambdaReceiver',
		secret: 'secret_token',
		body: '{"event":"session.started","payload":{"account_id":"{ACCOUNT_ID}","object":{"start_time":"2022-07-27T16:56:34Z","id":"{SESSION_ID}"}},"event_ts":1658940994914}',
		headers: {
			'x-zm-request-timestamp': '1658940994',
			'x-zm-signature': 'v0=5d25021b927cd4867570d91d7e7bd35659cf22c652cc19b5182e7115c541edd8',
		},
		nowMs: 1_658_940_994_000,
	},
	{
		provider: 'zoom',
		name: 'url_validation request',
		source:
			'message of https://developers.zoom.us/docs/api/webhooks, our secret; accepted by running @zoom/rivet@0.4.0 AwsLambdaReceiver',
		secret: 'secret_token',
		body: '{"payload":{"plainToken":"qgg8vlvZRS6UYooatFL8Aw"},"event_ts":1654503849680,"event":"endpoint.url_validation"}',
		headers: {
			'x-zm-request-timestamp': '1654503849',
			'x-zm-signature': 'v0=33dfb33bb4b13c1882bd6979a47e3ceb0a51538fdd541f433d06c16a962fa737',
		},
		nowMs: 1_654_503_849_000,
	},
	{
		provider: 'hubspot',
		name: 'python sdk v3',
		source: 'HubSpot/hubspot-api-python tests/spec/utils/test_signature.py',
		secret: HUBSPOT_SECRET,
		body: "{'example_field':'example_value'}",
		headers: {
			'x-hubspot-signature-v3': 'K36dawei4A+QBNolUOqo7s91KQDWQ5MXZ/QufNYuk/Y=',
			'x-hubspot-request-timestamp': '1693657560000',
		},
		nowMs: 1_693_657_560_000,
		url: 'https://www.example.com/webhook_uri',
	},
	{
		provider: 'hubspot',
		name: 'ruby sdk v3',
		source: 'HubSpot/hubspot-api-ruby spec/helpers/signature_spec.rb',
		secret: HUBSPOT_SECRET,
		body: "{'example_field':'example_value'}",
		headers: {
			'x-hubspot-signature-v3': 'RnbPH7+UMKVkbV32P8bz450N4M56aPmcru1+D3kSDtw=',
			'x-hubspot-request-timestamp': '1700000300000',
		},
		nowMs: 1_700_000_300_000,
		url: 'https://www.example.com/webhook_uri',
	},
	{
		provider: 'hubspot',
		name: 'older sdk v3',
		source: 'HubSpot/hubspot-api-python tests/spec/utils/test_signature.py @83aedb04',
		secret: HUBSPOT_SECRET,
		body: "{'example_field':'example_value'}",
		headers: {
			'x-hubspot-signature-v3': 'HPW73RUtKmcYoEDADG0s6MmGFWUzWJKAW07r8RDgcQw=',
			'x-hubspot-request-timestamp': '15000000',
		},
		nowMs: 15_000_000,
		url: 'https://www.example.com/webhook_uri',
	},
	{
		provider: 'hubspot',
		name: 'realistic array body',
		source:
			'made by running @hubspot/api-client@13.5.0 Signature.getSignature; body of https://developers.hubspot.com/docs/faq/v1-request-validation',
		secret: HUBSPOT_SECRET,
		body: HUBSPOT_EVENTS,
		headers: {
			'x-hubspot-signature-v3': '+r3cQe2xhAmobOAMhJIrVNtvq0R4VE7rXpN8HitwqVo=',
			'x-hubspot-request-timestamp': '1564113600500',
		},
		nowMs: 1_564_113_600_500,
		url: 'https://www.example.com/webhook_uri',
	},
	{
		provider: 'hubspot',
		name: 'url decoding',
		source:
			'made by running @hubspot/api-client@13.5.0 Signature.getSignature over the URL decoded by the docs’ table',
		secret: HUBSPOT_SECRET,
		body: HUBSPOT_EVENTS,
		headers: {
			'x-hubspot-signature-v3': 'Hwa6IitL2SPtXfKqG7k2DeRoIfZoQqiQf2/ycg2TjPI=',
			'x-hubspot-request-timestamp': '1564113600500',
		},
		nowMs: 1_564_113_600_500,
		url: 'https://www.example.com/webhook_uri?src=hs%3Aapp%2Fv3&q=a%20b&x=%28a%29',
	},
	{
		provider: 'linear',
		name: 'sdk test body',
		source:
			'body and secret of linear/linear packages/sdk/src/_tests/LinearWebhooks.test.ts @09507950; accepted by running @linear/sdk@98.0.0 LinearWebhookClient.verify',
		secret: 'SECRET',
		body: '{"action":"create","data":{"id":"2174add1-f7c8-44e3-bbf3-2d60b5ea8bc9","createdAt":"2020-01-23T12:53:18.084Z","updatedAt":"2020-01-23T12:53:18.084Z","archivedAt":null,"body":"Indeed, I think this is definitely an improvement over the previous version.","edited":false,"issueId":"539068e2-ae88-4d09-bd75-22eb4a59612f","userId":"aacdca22-6266-4c0a-ab3c-8fa70a26765c"},"type":"Comment","url":"https://linear.app/issue/LIN-1778/foo-bar#comment-77217de3-fb52-4dad-bb9a-b356beb93de8","createdAt":"2020-01-23T12:53:18.084Z","webhookTimestamp":1677611643000}',
		headers: {
			'linear-signature': '8790fcbbea809950be9198408593c2a13f7591bba6c61adb589f709b5e1b186a',
			'linear-event': 'Comment',
		},
		nowMs: 1_677_611_643_000,
	},
	{
		provider: 'discord',
		name: 'interaction PING',
		source: DISCORD_SOURCE,
		secret: DISCORD_KEY,
		body: '{"id":"787053080478613555","token":"ThisIsATokenFromDiscordThatIsVeryLong","type":1,"version":1}',
		headers: {
			'x-signature-ed25519':
				'f0bd878adcef1f6d475c9644421905bd02b5de38e0d3ecfc6f58a711962c69ccc8dd7c9db312f9bdf08b1e1b8182e27a844da728c5e0dbb5507bf9931c1ed80b',
			'x-signature-timestamp': '1700000000',
		},
		nowMs: 1_700_000_000_000,
	},
	{
		provider: 'discord',
		name: 'interaction APPLICATION_COMMAND',
		source: DISCORD_SOURCE,
		secret: DISCORD_KEY,
		body: '{"id":"787053080478613556","token":"ThisIsATokenFromDiscordThatIsVeryLong","type":2,"version":1,"data":{"id":"787053080478613554","name":"test"}}',
		headers: {
			'x-signature-ed25519':
				'4cbcce90ca257785667295862f258f4920233243b91c2694b14b52d9689c2a5c8dbb476e87eea64cbe841f6ced59e19beb307e4d38b21fccdb4a825be6aeb908',
			'x-signature-timestamp': '1700000000',
		},
		nowMs: 1_700_000_000_000,
	},
	{
		provider: 'discord',
		name: 'webhook-event PING',
		source: DISCORD_SOURCE,
		secret: DISCORD_KEY,
		body: '{"version":1,"application_id":"1234560123453231555","type":0}',
		headers: {
			'x-signature-ed25519':
				'506e4e1e38ce57f3fe92c32c3dab9a3ca32466e2d11874b864ce596c6f75d485aeddc700d944aedf483d31ebb396a80b439fd151f924eb873169a67742ce0300',
			'x-signature-timestamp': '1700000000',
		},
		nowMs: 1_700_000_000_000,
	},
	{
		provider: 'discord',
		name: 'webhook-event APPLICATION_AUTHORIZED',
		source: DISCORD_SOURCE,
		secret: DISCORD_KEY,
		body: '{"version":1,"application_id":"1234560123453231555","type":1,"event":{"type":"APPLICATION_AUTHORIZED","timestamp":"2024-10-18T14:42:53.064834","data":{"integration_type":1,"scopes":["applications.commands"]}}}',
		headers: {
			'x-signature-ed25519':
				'b382d0e5b3b1e080c40bc24da9217c2e51eae2d212fb26a3fd465fa20a1a18ba207441f4ac64ee914f7d9c5917dd123244bcb11fae23f4fd595ebcf617532108',
			'x-signature-timestamp': '1700000000',
		},
		nowMs: 1_700_000_000_000,
	},
];

/** Requests that Convoy's own test suite rejects. */
const CONVOY_INVALID_VECTORS = [
	{
		provider: 'convoyAdvanced',
		name: 'advanced_tamper',
		source: CONVOY_SOURCE,
		secret: CONVOY_SECRET,
		body: CONVOY_BODY,
		headers: {
			'x-convoy-signature':
				't=1700000000,v1=77b8b9269f25a199846a55a2bd25b3fba151c70fdae60bb1dcd87fbbc943c550',
		},
		nowMs: 1_700_000_000_000,
		code: 'SIGNATURE_INVALID',
	},
	{
		provider: 'convoyAdvanced',
		name: 'advanced_multi_v1_none_valid',
		source: CONVOY_SOURCE,
		secret: CONVOY_SECRET,
		body: CONVOY_BODY,
		headers: {
			'x-convoy-signature':
				't=1700000000,v1=449623e4897bbde05e35358293f97b8c2f697367ffa3e7466e98178dfba44d19,v1=c7eff1833c41a2ce2e195599451b240cd282b1bc9fa387e428a9fd5a5dc74933',
		},
		nowMs: 1_700_000_000_000,
		code: 'SIGNATURE_INVALID',
	},
	{
		provider: 'convoyAdvanced',
		name: 'advanced_t_infinity',
		source: CONVOY_SOURCE,
		secret: CONVOY_SECRET,
		body: CONVOY_BODY,
		headers: {
			'x-convoy-signature':
				't=Infinity,v1=77b8b9269f25a199846a55a2bd25b3fba151c70fdae60bb1dcd87fbbc943c55c',
		},
		nowMs: 1_700_000_000_000,
		code: 'TIMESTAMP_MALFORMED',
	},
	{
		provider: 'convoyAdvanced',
		name: 'advanced_numeric_signature',
		source: CONVOY_SOURCE,
		secret: CONVOY_SECRET,
		body: CONVOY_BODY,
		headers: { 'x-convoy-signature': 't=1700000000,v1=1234567890' },
		nowMs: 1_700_000_000_000,
		code: 'SIGNATURE_INVALID',
	},
	{
		provider: 'convoyAdvanced',
		name: 'advanced_missing_timestamp',
		source: CONVOY_SOURCE,
		secret: CONVOY_SECRET,
		body: CONVOY_BODY,
		headers: {
			'x-convoy-signature':
				'v1=77b8b9269f25a199846a55a2bd25b3fba151c70fdae60bb1dcd87fbbc943c55c,v2=77b8b9269f25a199846a55a2bd25b3fba151c70fdae60bb1dcd87fbbc943c55c',
		},
		nowMs: 1_700_000_000_000,
		code: 'TIMESTAMP_MISSING',
	},
	{
		provider: 'convoySimple',
		name: 'simple_tamper',
		source: CONVOY_SOURCE,
		secret: CONVOY_SECRET,
		body: CONVOY_BODY,
		headers: {
			'x-convoy-signature': '244449b7f48cbc2709060c9dcdc2b3aa47a78f540430579015c579fb12defbb0',
		},
		code: 'SIGNATURE_INVALID',
	},
];

module.exports = { CONVOY_INVALID_VECTORS, DISCORD_KEY, HUBSPOT_EVENTS, VECTORS };
