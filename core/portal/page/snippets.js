/** Code that verifies a request, with the libraries of Standard Webhooks (https://www.standardwebhooks.com). */

const PLACE = 'whsec_…';

/** Languages with their lines; `{secret}` is where the secret is read. */
const SNIPPETS = [
	{
		name: 'JavaScript',
		lines: [
			'// npm install standardwebhooks',
			'import { Webhook } from "standardwebhooks";',
			'',
			'// rawBody: the body as it arrived, before any parser',
			'const event = new Webhook("{secret}").verify(rawBody, request.headers);',
		],
	},
	{
		name: 'Python',
		lines: [
			'# pip install standardwebhooks',
			'from standardwebhooks.webhooks import Webhook',
			'',
			'# raw_body: the body as it arrived, before any parser',
			'event = Webhook("{secret}").verify(raw_body, request.headers)',
		],
	},
	{
		name: 'Go',
		lines: [
			'import standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"',
			'',
			'wh, err := standardwebhooks.NewWebhook("{secret}")',
			'if err == nil {',
			'\terr = wh.Verify(rawBody, request.Header)',
			'}',
		],
	},
	{
		name: 'Ruby',
		lines: [
			'# gem install standardwebhooks. headers: with names in lower case',
			'require "standardwebhooks"',
			'',
			'event = StandardWebhooks::Webhook.new("{secret}").verify(raw_body, headers)',
		],
	},
	{
		name: 'PHP',
		lines: [
			'// https://github.com/standard-webhooks/standard-webhooks/tree/main/libraries/php',
			'$webhook = new \\StandardWebhooks\\Webhook("{secret}");',
			'$event = $webhook->verify($rawBody, $headers);',
		],
	},
];

const listLanguages = () => SNIPPETS.map(({ name }) => name);

/** Writes the code of a language. @param secret a placeholder is shown without it */
function writeSnippet(language, secret = PLACE) {
	const { lines } = SNIPPETS.find(({ name }) => name === language) ?? SNIPPETS[0];
	return lines.map((line) => line.replace('{secret}', () => secret)).join('\n');
}

module.exports = { listLanguages, writeSnippet };
