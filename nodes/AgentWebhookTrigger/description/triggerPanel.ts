import type { TriggerPanelDefinition } from 'n8n-workflow';

const EXAMPLE_CALL = [
	`body='{"message":"Hello"}'`,
	`curl -X POST 'THE_URL' -d "$body" \\`,
	`-H 'Content-Type: application/json' \\`,
	`-H 'Authorization: Bearer YOUR_TOKEN' \\`,
	`-H "X-AgenticFlow-Signature: sha256=$(printf %s "$body" | openssl dgst -sha256 -hmac YOUR_SECRET -hex | sed 's/.* //')"`,
];

/** Explains how to call the trigger by hand. */
const explainCall = (url: string): string =>
	[
		`<b>To call it yourself</b>, as AgenticFlow does with a Bearer token and a signature, fill in ${url}, the credential’s Bearer token and its signing secret:`,
		// Not `pre`, which would widen all lines of the narrow panel to the longest of these.
		`<br /><code>${EXAMPLE_CALL.join('<br />')}</code><br />`,
		'<br />Leave out the headers that you do not require. For the signature of another platform, use the Agent Webhook node with Signature → Sign.',
		'<br /><br />A rejected request starts no execution. Its response says what is wrong.',
	].join('');

/** Explains how to try the trigger, in the editor's place for input items. */
export const triggerPanel: TriggerPanelDefinition = {
	header: 'Send a signed request to the test URL',
	executionsHelp: {
		inactive: `<b>While you build</b>, click the button above, then send a request to the test URL, from the platform or by hand. Its execution appears here.<br /><br /><b>When it works</b>, <a data-key="activate">publish</a> the workflow and enter the production URL at the platform.<br /><br />${explainCall('the test URL')}`,
		active: `The workflow runs for each accepted request to the production URL. Those executions appear in the <a data-key="executions">executions list</a>, not here.<br /><br /><b>To try a change</b>, click the button above, then send a request to the test URL.<br /><br />${explainCall('the test or the production URL')}`,
	},
	activationHint: {
		inactive:
			'Once it works, <a data-key="activate">publish</a> the workflow to accept requests on the production URL.',
		active: 'The workflow is published. Its production URL accepts requests without this button.',
	},
};
