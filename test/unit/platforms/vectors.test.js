const { execFileSync } = require('node:child_process');
const { createHmac, createPrivateKey, sign } = require('node:crypto');
const { join } = require('node:path');

const { receiveRequest } = require('../../../dist/core/receiving/receive');
const {
	EVENT_KIND,
	PLATFORMS,
	getPlatform,
	getRequestKind,
} = require('../../../dist/core/platforms');
const { signRequest } = require('../../../dist/core/signing/sign');
const { verifyRequest } = require('../../../dist/core/signing/verify');

const DEFAULT_URL = 'https://n8n.example.com/webhook/1';
const FORM = 'application/x-www-form-urlencoded';

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

/** Requests that their providers hold for authentic; each says where it comes from. */
const VALID = [
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

/** Requests that Convoy's own suite holds for not authentic. */
const CONVOY_INVALID = [
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

const OTHER_SECRETS = {
	// RFC 8032 7.1 TEST 2
	publicKeyHex: '3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c',
	standardWebhooks: `whsec_${Buffer.alloc(24, 7).toString('base64')}`,
	text: 'another secret',
};
const HEX_SIGNATURE = /[0-9a-f]{64,}/;

const vectorOf = (provider, name) =>
	VALID.find((vector) => vector.provider === provider && vector.name === name);
const schemeOf = ({ provider }) => getPlatform(provider).scheme;
const signatureHeader = (vector) => schemeOf(vector).signatureHeader.toLowerCase();

/** Verifies a vector, with some of it changed. `headers` are merged; `undefined` takes one away. */
function verify(vector, { headers = {}, ...changes } = {}) {
	const { body, method, nowMs, secrets, url } = {
		body: vector.body,
		method: 'POST',
		nowMs: vector.nowMs ?? 0,
		secrets: [vector.secret],
		url: vector.url ?? DEFAULT_URL,
		...changes,
	};
	return verifyRequest(schemeOf(vector), {
		headers: { ...vector.headers, ...headers },
		body: Buffer.from(body),
		nowMs,
		secrets,
		request: () => ({ method, url }),
	});
}

const withSignature = (vector, change) =>
	verify(vector, {
		headers: { [signatureHeader(vector)]: change(vector.headers[signatureHeader(vector)]) },
	});
const refusedWith = (code) => expect.objectContaining({ valid: false, code });
const hmac = (algorithm, secret, content, encoding) =>
	createHmac(algorithm, secret).update(content).digest(encoding);

test('every provider has a vector', () => {
	const providers = PLATFORMS.filter(({ section }) => section === 'provider').map(({ id }) => id);
	expect([...new Set(VALID.map(({ provider }) => provider))].sort()).toEqual(providers.sort());
});

describe.each(VALID)('$provider, $name ($source)', (vector) => {
	const scheme = schemeOf(vector);
	const { timestamp } = scheme;
	const name = signatureHeader(vector);
	const digestsBody = vector.url?.includes('bodySHA256=') ?? false;

	test('is valid', () => {
		expect(verify(vector)).toEqual({
			valid: true,
			id: scheme.idHeader && vector.headers[scheme.idHeader],
			timestampMs: timestamp && vector.nowMs,
		});
	});

	test('is valid with an older secret beside the current one', () => {
		const secrets = [OTHER_SECRETS[scheme.secretFormat], vector.secret];
		expect(verify(vector, { secrets }).valid).toBe(true);
	});

	test.each([
		['longer', `${vector.body} `],
		['shorter', vector.body.slice(1)],
		['replaced', '{"injected":true}'],
		['taken away', ''],
	])('is refused with its body %s', (_, body) => {
		expect(verify(vector, { body })).toEqual(
			refusedWith(digestsBody ? 'BODY_DIGEST_INVALID' : 'SIGNATURE_INVALID'),
		);
	});

	test('is refused with another secret', () => {
		const secrets = [OTHER_SECRETS[scheme.secretFormat]];
		expect(verify(vector, { secrets })).toEqual(refusedWith('SIGNATURE_INVALID'));
	});

	test('is refused without its signature', () => {
		for (const value of [undefined, '', []]) {
			expect(verify(vector, { headers: { [name]: value } })).toEqual(
				refusedWith('SIGNATURE_MISSING'),
			);
		}
	});

	test('is refused with a doubled signature header, as a list and joined', () => {
		const double = (value) => [value, value];
		expect(withSignature(vector, double)).toEqual(refusedWith('SIGNATURE_MALFORMED'));
		const joined = (value) => `${value}, ${value}`;
		expect(withSignature(vector, joined)).toEqual(refusedWith('SIGNATURE_MALFORMED'));
		expect(withSignature(vector, (value) => `${value},${value}`).valid).toBe(false);
	});

	test('is refused with text that is no signature', () => {
		for (const value of ['?', 'no signature', '{}', ' ']) {
			expect(withSignature(vector, () => value)).toEqual(refusedWith('SIGNATURE_MALFORMED'));
		}
	});

	if (HEX_SIGNATURE.test(vector.headers[name])) {
		test('is refused in upper-case hex', () => {
			const upperCase = (value) =>
				value.replace(new RegExp(HEX_SIGNATURE, 'g'), (hex) => hex.toUpperCase());
			expect(withSignature(vector, upperCase)).toEqual(refusedWith('SIGNATURE_INVALID'));
		});
	}

	if (scheme.idHeader) {
		test('is refused without its ID, with two and with another one', () => {
			const id = vector.headers[scheme.idHeader];
			const withId = (value) => verify(vector, { headers: { [scheme.idHeader]: value } });
			expect(withId(undefined)).toEqual(refusedWith('ID_MISSING'));
			expect(withId([id, id])).toEqual(refusedWith('ID_MALFORMED'));
			expect(withId(`${id}2`)).toEqual(refusedWith('SIGNATURE_INVALID'));
		});
	}

	if (timestamp) {
		test('is refused when it is stale, or from the future, by a second', () => {
			const toleranceMs = timestamp.toleranceSeconds * 1000;
			for (const direction of [1, -1]) {
				const atTolerance = vector.nowMs + direction * toleranceMs;
				expect(verify(vector, { nowMs: atTolerance }).valid).toBe(true);
				expect(verify(vector, { nowMs: atTolerance + direction * 1000 })).toEqual(
					refusedWith('TIMESTAMP_OUT_OF_TOLERANCE'),
				);
			}
		});
	}

	if (timestamp?.header) {
		const withTimestamp = (value) =>
			verify(vector, { headers: { [timestamp.header.toLowerCase()]: value } });
		const value = vector.headers[timestamp.header.toLowerCase()];

		test('is refused without its timestamp, with two and with another one', () => {
			expect(withTimestamp(undefined)).toEqual(refusedWith('TIMESTAMP_MISSING'));
			expect(withTimestamp('')).toEqual(refusedWith('TIMESTAMP_MISSING'));
			expect(withTimestamp([value, value])).toEqual(refusedWith('TIMESTAMP_MALFORMED'));
			expect(withTimestamp(`${value}, ${value}`)).toEqual(refusedWith('TIMESTAMP_MALFORMED'));
			expect(withTimestamp(`${value}.0`)).toEqual(refusedWith('TIMESTAMP_MALFORMED'));
			expect(withTimestamp(String(Number(value) + 1))).toEqual(refusedWith('SIGNATURE_INVALID'));
			expect(withTimestamp(`0${value}`)).toEqual(refusedWith('SIGNATURE_INVALID'));
		});
	}

	if (timestamp?.signaturePart) {
		const replaceTime = (text) =>
			withSignature(vector, (value) =>
				value
					.split(',')
					.flatMap((part) => (part.startsWith('t=') ? text : part))
					.join(','),
			);
		const seconds = vector.nowMs / 1000;

		test('is refused without its timestamp, with two and with another one', () => {
			expect(replaceTime([])).toEqual(refusedWith('TIMESTAMP_MISSING'));
			expect(replaceTime('t=')).toEqual(refusedWith('TIMESTAMP_MISSING'));
			// stripe-node takes the last one: one could be checked and the other signed.
			expect(replaceTime([`t=${seconds}`, `t=${seconds + 1}`])).toEqual(
				refusedWith('TIMESTAMP_MALFORMED'),
			);
			expect(replaceTime(`t=${seconds + 1}`)).toEqual(refusedWith('SIGNATURE_INVALID'));
		});
	}
});

describe('Stripe', () => {
	const vector = vectorOf('stripe', 'stripe-node generated');
	const [time, right] = vector.headers['stripe-signature'].split(',');
	const wrong = `v1=${hmac('sha256', 'the one before', vector.body, 'hex')}`;
	const withParts = (...parts) => withSignature(vector, () => parts.join(','));

	// As accepted and refused by running stripe@23.1.0 webhooks.constructEvent.
	test('one valid v1 is enough, wherever it stands', () => {
		for (const parts of [
			[time, wrong, right],
			[time, right, wrong],
			[right, wrong, time],
			[time, 'v0=63f3a723', right],
		]) {
			expect(withParts(...parts).valid).toBe(true);
		}
	});

	test('several that do not fit, v0 alone and a space before v1 are refused', () => {
		expect(withParts(time, wrong, wrong)).toEqual(refusedWith('SIGNATURE_INVALID'));
		expect(withParts(time, right.replace('v1', 'v0'))).toEqual(refusedWith('SIGNATURE_MALFORMED'));
		expect(withParts(time, ` ${right}`)).toEqual(refusedWith('SIGNATURE_MALFORMED'));
	});

	// src/StripeTests/Services/Events/EventUtilityTest.cs reads its event 100 seconds later.
	test('stripe-dotnet’s event is valid at the time of its test', () => {
		const event = vectorOf('stripe', 'stripe-dotnet');
		expect(verify(event, { nowMs: 1_533_204_720_000 }).valid).toBe(true);
	});
});

describe('Convoy', () => {
	test.each(CONVOY_INVALID)('$provider, $name ($source) is refused: $code', (vector) => {
		expect(verify(vector)).toEqual(refusedWith(vector.code));
	});

	test('a simple signature is no advanced one, and the other way round', () => {
		const simple = vectorOf('convoySimple', 'simple_sha256_hex_valid');
		const advanced = vectorOf('convoyAdvanced', 'advanced_sha256_hex_valid');
		expect(verify({ ...simple, provider: 'convoyAdvanced' })).toEqual(
			refusedWith('SIGNATURE_MALFORMED'),
		);
		expect(verify({ ...advanced, provider: 'convoySimple' })).toEqual(
			refusedWith('SIGNATURE_MALFORMED'),
		);
	});
});

describe('Svix', () => {
	const vector = vectorOf('svix', 'js-sign');

	test('one valid v1 among others is enough', () => {
		const others = (value) => `v1,${'A'.repeat(43)}= ${value} v2,${value.slice(3)}`;
		expect(withSignature(vector, others).valid).toBe(true);
	});

	test('another version of the signature is refused', () => {
		const v2 = (value) => value.replace('v1,', 'v2,');
		expect(withSignature(vector, v2)).toEqual(refusedWith('SIGNATURE_MALFORMED'));
	});

	test('the secret works without whsec_', () => {
		expect(verify(vector, { secrets: [vector.secret.slice('whsec_'.length)] }).valid).toBe(true);
	});
});

describe('Hookdeck, while its secret is rotated', () => {
	const vector = vectorOf('hookdeck', 'hermes');
	const FIRST = 'x-hookdeck-signature';
	const SECOND = 'x-hookdeck-signature-2';
	const right = vector.headers[FIRST];
	const wrong = hmac('sha256', 'the new secret', vector.body, 'base64');

	test('the second header counts as well', () => {
		expect(verify(vector, { headers: { [FIRST]: wrong, [SECOND]: right } }).valid).toBe(true);
		expect(verify(vector, { headers: { [SECOND]: wrong } }).valid).toBe(true);
	});

	test('two that do not fit, and a doubled second header, are refused', () => {
		expect(verify(vector, { headers: { [FIRST]: wrong, [SECOND]: wrong } })).toEqual(
			refusedWith('SIGNATURE_INVALID'),
		);
		for (const headers of [
			{ [FIRST]: wrong, [SECOND]: [right, right] },
			{ [FIRST]: wrong, [SECOND]: `${right}, ${right}` },
		]) {
			expect(verify(vector, { headers }).valid).toBe(false);
		}
	});
});

describe('Twilio', () => {
	const form = vectorOf('twilio', 'form');
	const json = vectorOf('twilio', 'json bodySHA256');
	const digest = new URL(json.url).searchParams.get('bodySHA256');
	const signedFor = (url, content = '') => ({
		...form,
		url,
		headers: {
			...form.headers,
			'x-twilio-signature': hmac('sha1', form.secret, url + content, 'base64'),
		},
	});

	test('a wrong or missing digest of a JSON body is refused', () => {
		for (const url of [
			json.url.replace(digest, 'f'.repeat(64)),
			json.url.replace(digest, ''),
			json.url.replace(/&bodySHA256=.*/, ''),
		]) {
			const vector = {
				...json,
				headers: { ...signedFor(url).headers, 'content-type': 'application/json' },
			};
			expect(verify(vector, { url })).toEqual(refusedWith('BODY_DIGEST_INVALID'));
		}
	});

	test('the digest cannot be got round with an empty form', () => {
		for (const body of ['', '&', '=']) {
			expect(verify(json, { body, headers: { 'content-type': FORM } })).toEqual(
				refusedWith('BODY_DIGEST_INVALID'),
			);
		}
	});

	test('another URL is refused', () => {
		for (const url of [
			form.url.replace('https', 'http'),
			form.url.replace('mycompany', 'myc0mpany'),
			form.url.replace('bar=2', 'bar=3'),
			`${form.url}&more=1`,
		]) {
			expect(verify(form, { url })).toEqual(refusedWith('SIGNATURE_INVALID'));
		}
	});

	test('a usual port may be there or not, another one must be the signed one', () => {
		const content = [...new URLSearchParams(form.body)]
			.map(([name, value]) => name + value)
			.sort()
			.join('');
		const withPort = signedFor('https://mycompany.com:8443/myapp.php', content);
		expect(verify(withPort).valid).toBe(true);
		expect(verify(withPort, { url: 'https://mycompany.com/myapp.php' }).valid).toBe(false);
		expect(verify(withPort, { url: 'https://mycompany.com:8444/myapp.php' }).valid).toBe(false);
		const usual = signedFor('https://mycompany.com:443/myapp.php', content);
		expect(verify(usual, { url: 'https://mycompany.com/myapp.php' }).valid).toBe(true);
	});

	test('repeated fields count once and in order', () => {
		const repeated = vectorOf('twilio', 'duplicate params');
		for (const body of [
			'Digits=1234&Digits=5678&Sid=CA123&SidAccount=AC123',
			'Digits=1234&Sid=CA123&Digits=5678&SidAccount=AC123&Digits=1234',
		]) {
			expect(verify(repeated, { body }).valid).toBe(true);
		}
		const fewer = 'Digits=1234&Sid=CA123&SidAccount=AC123';
		expect(verify(repeated, { body: fewer })).toEqual(refusedWith('SIGNATURE_INVALID'));
	});

	test('without the URL nothing can be verified', () => {
		expect(() =>
			verifyRequest(schemeOf(form), {
				headers: form.headers,
				body: Buffer.from(form.body),
				nowMs: 0,
				secrets: [form.secret],
			}),
		).toThrow('signs the request');
	});
});

describe('HubSpot', () => {
	const vector = vectorOf('hubspot', 'url decoding');

	test('only the documented characters are decoded', () => {
		expect(verify(vector, { url: vector.url.replaceAll('%3A', '%3a') }).valid).toBe(true);
		for (const url of [
			vector.url.replace('%20', ' '),
			vector.url.replace('a%20b', 'a%2520b'),
			decodeURIComponent(vector.url),
		]) {
			expect(verify(vector, { url })).toEqual(refusedWith('SIGNATURE_INVALID'));
		}
	});

	test('another method is refused', () => {
		expect(verify(vector, { method: 'PUT' })).toEqual(refusedWith('SIGNATURE_INVALID'));
	});
});

describe('Linear', () => {
	const vector = vectorOf('linear', 'sdk test body');
	const withTime = (webhookTimestamp) => {
		const body = JSON.stringify({ ...JSON.parse(vector.body), webhookTimestamp });
		const signature = hmac('sha256', vector.secret, body, 'hex');
		return verify(vector, { body, headers: { 'linear-signature': signature } });
	};

	test('a signed body without a usable timestamp is refused', () => {
		expect(withTime(vector.nowMs).valid).toBe(true);
		for (const value of [undefined, null, '', true, [vector.nowMs]]) {
			expect(withTime(value)).toEqual(refusedWith('TIMESTAMP_MISSING'));
		}
		for (const value of [-1, 1.5, 1e30, 'now']) {
			expect(withTime(value)).toEqual(refusedWith('TIMESTAMP_MALFORMED'));
		}
	});

	test('a stale body that is not authentic is told nothing of its time', () => {
		expect(verify(vector, { body: `${vector.body} `, nowMs: 0 })).toEqual(
			refusedWith('SIGNATURE_INVALID'),
		);
	});
});

/** Asks the admission that the trigger makes for a provider, without any options. */
function ask(provider, { body, headers, nowMs, secret, url = DEFAULT_URL, eventTypes = [] }) {
	const profile = getPlatform(provider);
	const kind = getRequestKind(profile, EVENT_KIND);
	const rawBody = Buffer.from(body);
	return receiveRequest(
		{
			kind,
			method: 'POST',
			bodySchema: kind.request?.schema,
			validatesEvents: true,
			httpsOnly: profile.httpsOnly,
			methods: kind.authentication.methods,
			mode: kind.authentication.require,
			loadSecrets: async () => ({
				urlTokens: [],
				bearerTokens: [],
				basic: { user: '', password: '' },
				signature: { scheme: profile.scheme, secrets: [secret] },
			}),
			maxBodyBytes: 1_048_576,
			formBodies: profile.formBodies,
			handshakes: profile.handshakes ?? [],
			eventTypes,
			duplicateKey: kind.events.duplicateKey,
		},
		{
			method: 'POST',
			secure: true,
			address: '192.0.2.1',
			query: {},
			headers: { 'content-type': 'application/json', ...headers },
			readBody: async () => rawBody,
			parsedBody: () => JSON.parse(body),
			url: () => url,
			nowMs,
		},
	);
}

// RFC 8032 7.1 TEST 1, the private half of DISCORD_KEY.
const DISCORD_SEED = '9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60';
const discordKey = createPrivateKey({
	key: Buffer.from(`302e020100300506032b657004220420${DISCORD_SEED}`, 'hex'),
	format: 'der',
	type: 'pkcs8',
});
const NOW_MS = 1_700_000_000_000;

/** What only its provider can sign, signed by the rules that the vectors above confirm. */
const OWN_SIGNERS = {
	discord: ({ body }) => {
		const seconds = String(NOW_MS / 1000);
		return {
			'x-signature-timestamp': seconds,
			'x-signature-ed25519': sign(null, Buffer.from(seconds + body), discordKey).toString('hex'),
		};
	},
	linear: ({ body, secret }) => ({ 'linear-signature': hmac('sha256', secret, body, 'hex') }),
	twilio: ({ body, secret }) => {
		const fields = [...new URLSearchParams(body)].map(([name, value]) => name + value).sort();
		const content = DEFAULT_URL + fields.join('');
		return { 'x-twilio-signature': hmac('sha1', secret, content, 'base64') };
	},
	hubspot: ({ body, secret }) => ({
		'x-hubspot-request-timestamp': String(NOW_MS),
		'x-hubspot-signature-v3': hmac(
			'sha256',
			secret,
			`POST${DEFAULT_URL}${body}${NOW_MS}`,
			'base64',
		),
	}),
};

/** A request of ours, as the provider would have signed it at NOW_MS. */
function signed(provider, { body, headers = {}, eventTypes }) {
	const { scheme } = getPlatform(provider);
	const secret = {
		publicKeyHex: DISCORD_KEY,
		standardWebhooks: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
		text: 'the provider’s secret',
	}[scheme.secretFormat];
	const text = typeof body === 'string' ? body : JSON.stringify(body);
	const own = OWN_SIGNERS[provider]?.({ body: text, secret });
	const signature =
		own ??
		signRequest(scheme, {
			body: Buffer.from(text),
			id: headers[scheme.idHeader] ?? '',
			nowMs: NOW_MS,
			secrets: [secret],
		});
	const lowerCase = Object.fromEntries(
		Object.entries({ ...headers, ...signature }).map(([name, value]) => [
			name.toLowerCase(),
			value,
		]),
	);
	return { body: text, headers: lowerCase, nowMs: NOW_MS, secret, eventTypes };
}

describe('handshakes', () => {
	const slack = signed('slack', {
		// https://docs.slack.dev/reference/events/url_verification
		body: {
			token: 'Jhj5dZrVaK7ZwHHjRyZWjbDl',
			challenge: '3eZbrw1aBm2rZgRNFdxV2595E9CY3gmdALWMmHkvFXO7tYXAYM8P',
			type: 'url_verification',
		},
	});
	const zoom = vectorOf('zoom', 'url_validation request');
	const interactionPing = vectorOf('discord', 'interaction PING');
	const eventPing = vectorOf('discord', 'webhook-event PING');

	test.each([
		[
			'url_verification',
			'slack',
			slack,
			200,
			{ challenge: '3eZbrw1aBm2rZgRNFdxV2595E9CY3gmdALWMmHkvFXO7tYXAYM8P' },
		],
		[
			'endpoint.url_validation',
			'zoom',
			zoom,
			200,
			{
				plainToken: 'qgg8vlvZRS6UYooatFL8Aw',
				// Made by running @zoom/rivet@0.4.0 hashUrlValidationEvent.
				encryptedToken: '0abd212d4653d125d6cbf403b3f529f1804ffabd9578aabfd1af0e4b2b1701f2',
			},
		],
		['a ping of interactions', 'discord', interactionPing, 200, { type: 1 }],
		['a ping of webhook events', 'discord', eventPing, 204, undefined],
	])('%s of %s', async (_, provider, request, status, reply) => {
		expect(await ask(provider, request)).toEqual({ result: 'handshake', status, reply });
		// It is answered whatever events are asked for.
		const filtered = await ask(provider, { ...request, eventTypes: ['something.else'] });
		expect(filtered.result).toBe('handshake');
	});

	test.each([
		['url_verification', 'slack', slack],
		['endpoint.url_validation', 'zoom', zoom],
		['a ping of interactions', 'discord', interactionPing],
		['a ping of webhook events', 'discord', eventPing],
	])('%s of %s with a wrong signature or none is refused', async (_, provider, request) => {
		const name = getPlatform(provider).scheme.signatureHeader.toLowerCase();
		const wrong = request.headers[name].replace(HEX_SIGNATURE, (hex) => '0'.repeat(hex.length));
		for (const [value, code] of [
			[wrong, 'SIGNATURE_INVALID'],
			[undefined, 'SIGNATURE_MISSING'],
		]) {
			const headers = { ...request.headers, [name]: value };
			expect(await ask(provider, { ...request, headers })).toMatchObject({
				result: 'rejected',
				status: 401,
				code,
			});
		}
	});

	test('a stale handshake is refused', async () => {
		expect(await ask('zoom', { ...zoom, nowMs: zoom.nowMs + 301_000 })).toMatchObject({
			result: 'rejected',
			status: 401,
			code: 'TIMESTAMP_OUT_OF_TOLERANCE',
		});
	});

	test('another provider’s handshake is none', async () => {
		const request = signed('github', {
			body: { type: 'url_verification', challenge: 'c' },
			headers: { 'x-github-event': 'ping', 'x-github-delivery': 'd1' },
		});
		expect(await ask('github', request)).toMatchObject({
			result: 'accepted',
			event: { type: 'ping' },
		});
	});
});

const SVIX_ID = 'msg_2Xh9MRb9MPJYE6zZ7dXhL4vJqRj';
const DELIVERY_ID = '72d3162e-cc78-11e3-81ab-4c9367dc0958';
const SLACK_INTERACTION = {
	type: 'block_actions',
	trigger_id: '12321423423.333649436676.d8c1bb837935619ccad0f624c448ffb3',
	actions: [{ action_id: 'approve', value: 'a & b = c' }],
};

describe('events', () => {
	test.each([
		[
			'github',
			{
				body: { action: 'opened', issue: { number: 1 }, repository: { full_name: 'o/r' } },
				headers: { 'x-github-event': 'issues', 'x-github-delivery': DELIVERY_ID },
			},
			{ type: 'issues', data: expect.objectContaining({ action: 'opened' }) },
			DELIVERY_ID,
		],
		[
			'stripe',
			{
				body: {
					id: 'evt_1NG8Du2eZvKYlo2CUI79vXWy',
					object: 'event',
					created: 1686089970,
					data: { object: { id: 'seti_1' } },
					type: 'setup_intent.created',
				},
			},
			{
				type: 'setup_intent.created',
				data: { object: { id: 'seti_1' } },
				timeMs: 1_686_089_970_000,
			},
			'evt_1NG8Du2eZvKYlo2CUI79vXWy',
		],
		[
			'slack',
			{
				body: {
					type: 'event_callback',
					team_id: 'T123ABC456',
					event: { type: 'app_mention', user: 'U123ABC456', text: 'hello' },
					event_id: 'Ev123ABC456',
					event_time: 1234567890,
				},
			},
			{
				type: 'app_mention',
				data: { type: 'app_mention', user: 'U123ABC456', text: 'hello' },
				timeMs: 1_234_567_890_000,
			},
			'Ev123ABC456',
		],
		[
			'shopify',
			{
				body: { id: 820982911946154500, email: 'jon@example.com' },
				headers: {
					'x-shopify-topic': 'orders/create',
					'x-shopify-webhook-id': 'b54557e4-bdd9-4b37-8a5f-bf7d70bcd043',
					'x-shopify-triggered-at': '2023-03-29T18:00:27.877041743Z',
				},
			},
			{ type: 'orders/create', timeMs: Date.UTC(2023, 2, 29, 18, 0, 27, 877) },
			'b54557e4-bdd9-4b37-8a5f-bf7d70bcd043',
		],
		[
			'svix',
			{
				body: {
					type: 'invoice.paid',
					timestamp: '2022-11-03T20:26:10.344522Z',
					data: { id: 'in_1' },
				},
				headers: { 'svix-id': SVIX_ID },
			},
			{
				type: 'invoice.paid',
				data: { id: 'in_1' },
				timeMs: Date.UTC(2022, 10, 3, 20, 26, 10, 344),
			},
			SVIX_ID,
		],
		[
			'hookdeck',
			{
				body: { type: 'charge.succeeded', id: 'evt_1' },
				headers: { 'x-hookdeck-eventid': 'evt_SEhnGYHtCFSsN2Ya', 'x-hookdeck-requestid': 'req_1' },
			},
			{ type: 'charge.succeeded', data: { type: 'charge.succeeded', id: 'evt_1' } },
			'evt_SEhnGYHtCFSsN2Ya',
		],
		...['convoySimple', 'convoyAdvanced'].map((provider) => [
			provider,
			{
				body: { event_type: 'charge.success', data: { amount: 1000 } },
				headers: { 'x-convoy-idempotency-key': 'charge:1' },
			},
			{ type: 'charge.success', data: { amount: 1000 } },
			'charge%3A1',
		]),
		[
			'zoom',
			{
				body: {
					event: 'session.started',
					payload: { account_id: 'a1', object: { id: 's1' } },
					event_ts: 1658940994914,
				},
			},
			{
				type: 'session.started',
				data: { account_id: 'a1', object: { id: 's1' } },
				timeMs: 1658940994914,
			},
			expect.stringMatching(/^[0-9a-f]{64}$/),
		],
		[
			'hubspot',
			{ body: HUBSPOT_EVENTS },
			{ type: 'contact.creation', types: ['contact.creation'], data: JSON.parse(HUBSPOT_EVENTS) },
			'1:12345:1564113600000',
		],
		[
			'linear',
			{
				body: {
					action: 'create',
					type: 'Issue',
					data: { id: '2174add1' },
					createdAt: '2020-01-23T12:53:18.084Z',
					webhookTimestamp: NOW_MS,
				},
				headers: { 'linear-event': 'Issue', 'linear-delivery': DELIVERY_ID },
			},
			{
				type: 'Issue',
				data: { id: '2174add1' },
				timeMs: Date.UTC(2020, 0, 23, 12, 53, 18, 84),
			},
			DELIVERY_ID,
		],
	])('%s', async (provider, request, event, duplicateKey) => {
		const { body } = request;
		expect(await ask(provider, signed(provider, request))).toMatchObject({
			result: 'accepted',
			body: typeof body === 'string' ? JSON.parse(body) : body,
			event,
			duplicateKey,
			authentication: ['signature'],
			signature: { scheme: provider },
		});
		// The type that is read is the one that can be filtered by.
		const wanted = { ...request, eventTypes: [event.type] };
		expect(await ask(provider, signed(provider, wanted))).toMatchObject({ result: 'accepted' });
		const unwanted = { ...request, eventTypes: ['something.else'] };
		expect(await ask(provider, signed(provider, unwanted))).toMatchObject({ result: 'ignored' });
	});

	test('a HubSpot list of several types names them all', async () => {
		const [first] = JSON.parse(HUBSPOT_EVENTS);
		const second = { ...first, eventId: 2, subscriptionType: 'contact.deletion' };
		const request = { body: [first, second], eventTypes: ['contact.deletion'] };
		expect(await ask('hubspot', signed('hubspot', request))).toMatchObject({
			result: 'accepted',
			event: { type: undefined, types: ['contact.creation', 'contact.deletion'] },
			duplicateKey: '1,2:12345,12345:1564113600000,1564113600000',
		});
		const retried = { body: [first, second].map((event) => ({ ...event, attemptNumber: 3 })) };
		expect(await ask('hubspot', signed('hubspot', retried))).toMatchObject({
			duplicateKey: '1,2:12345,12345:1564113600000,1564113600000',
		});
	});

	test('an event without what would tell it from a repetition has no key', async () => {
		const request = signed('github', { body: {}, headers: { 'x-github-event': 'push' } });
		const admission = await ask('github', request);
		expect(admission).toMatchObject({ result: 'accepted', event: { type: 'push' } });
		expect(admission.duplicateKey).toBeUndefined();
	});

	// A webhook event has type 1 too, like a ping of an interactions endpoint:
	// https://docs.discord.com/developers/events/webhook-events#webhook-types
	test('discord, a webhook event is no handshake', async () => {
		const vector = vectorOf('discord', 'webhook-event APPLICATION_AUTHORIZED');
		expect(await ask('discord', vector)).toMatchObject({
			result: 'accepted',
			event: {
				type: 'APPLICATION_AUTHORIZED',
				data: { integration_type: 1, scopes: ['applications.commands'] },
			},
			duplicateKey: expect.stringMatching(/^[0-9a-f]{64}$/),
		});
	});

	test('discord, a command', async () => {
		const vector = vectorOf('discord', 'interaction APPLICATION_COMMAND');
		expect(await ask('discord', vector)).toMatchObject({
			result: 'accepted',
			body: { type: 2, data: { name: 'test' } },
			duplicateKey: expect.stringMatching(/^[0-9a-f]{64}$/),
		});
	});

	// Discord writes its times in UTC, without saying so.
	test.each(['UTC', 'America/New_York', 'Asia/Tokyo'])(
		'discord, the time of an event in n8n’s time zone %s',
		(TZ) => {
			const script = `
				const { readEvent } = require('./dist/core/receiving/readEvent');
				const { platform } = require('./dist/core/platforms/definitions/discord');
				const body = { event: { timestamp: '2024-10-18T14:42:53.064834' } };
				const request = { headers: {}, rawBody: Buffer.from(''), body };
				console.log(readEvent(platform.events, request).timeMs);`;
			const printed = execFileSync(process.execPath, ['-e', script], {
				cwd: join(__dirname, '../../..'),
				env: { ...process.env, TZ },
			});
			expect(Number(printed)).toBe(Date.UTC(2024, 9, 18, 14, 42, 53, 64));
		},
	);
});

describe('forms', () => {
	test('github, JSON in the field payload', async () => {
		const vector = vectorOf('github', 'form');
		const headers = { ...vector.headers, 'x-github-event': 'ping', 'x-github-delivery': 'd1' };
		expect(await ask('github', { ...vector, headers })).toMatchObject({
			result: 'accepted',
			body: { zen: 'Hello, World!' },
			event: { type: 'ping', data: { zen: 'Hello, World!' } },
			duplicateKey: 'd1',
		});
	});

	test('slack, an interaction with JSON in the field payload', async () => {
		const body = new URLSearchParams({ payload: JSON.stringify(SLACK_INTERACTION) }).toString();
		const headers = { 'content-type': `${FORM}; charset=utf-8` };
		expect(await ask('slack', signed('slack', { body, headers }))).toMatchObject({
			result: 'accepted',
			body: SLACK_INTERACTION,
		});
	});

	test('slack, a slash command', async () => {
		expect(await ask('slack', vectorOf('slack', 'docs'))).toMatchObject({
			result: 'accepted',
			body: {
				command: '/webhook-collect',
				text: '',
				team_domain: 'testteamnow',
				response_url:
					'https://hooks.slack.com/commands/T1DC2JH3J/397700885554/96rGlfmibIGlgcZRskXaIFfN',
			},
		});
	});

	test('twilio, a message and a repeated field', async () => {
		const body = 'MessageSid=SM1&SmsStatus=received&From=%2B14158675309&Body=a+b%26c&Num=2&Num=1';
		const headers = { 'content-type': FORM, 'i-twilio-idempotency-token': DELIVERY_ID };
		expect(await ask('twilio', signed('twilio', { body, headers }))).toMatchObject({
			result: 'accepted',
			body: { MessageSid: 'SM1', From: '+14158675309', Body: 'a b&c', Num: ['2', '1'] },
			event: { type: 'received' },
			duplicateKey: DELIVERY_ID,
		});
	});

	test('twilio, the docs’ call and JSON', async () => {
		expect(await ask('twilio', vectorOf('twilio', 'docs'))).toMatchObject({
			result: 'accepted',
			body: { CallSid: 'CA1234567890ABCDE', Digits: '1234', To: '+18005551212' },
		});
		expect(await ask('twilio', vectorOf('twilio', 'json bodySHA256'))).toMatchObject({
			result: 'accepted',
			body: { property: 'value', boolean: true },
		});
	});

	test('a payload that is not JSON is refused', async () => {
		const request = signed('slack', {
			body: 'payload=%7Bnot+json',
			headers: { 'content-type': FORM },
		});
		expect(await ask('slack', request)).toMatchObject({ result: 'rejected', status: 400 });
	});

	test('a form is refused where the provider sends none', async () => {
		const request = signed('stripe', { body: 'a=1', headers: { 'content-type': FORM } });
		expect(await ask('stripe', request)).toMatchObject({ result: 'rejected', status: 415 });
	});
});
