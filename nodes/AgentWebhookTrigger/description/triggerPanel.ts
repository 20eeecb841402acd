import type { TriggerPanelDefinition } from 'n8n-workflow';

const CALL = [
	`body='{"message":"Hello"}'`,
	`curl -X POST 'THE_URL' -d "$body" \\`,
	`-H 'Content-Type: application/json' \\`,
	`-H 'Authorization: Bearer YOUR_TOKEN' \\`,
	`-H "X-AgenticFlow-Signature: sha256=$(printf %s "$body" | openssl dgst -sha256 -hmac YOUR_SECRET -hex | sed 's/.* //')"`,
];

const howToCall = (url: string): string =>
	[
		`<b>To call it yourself</b>, as AgenticFlow does with a Bearer token and a signature, put ${url}, the credential’s Bearer token and its signing secret into this:`,
		// Not `pre`: the panel is narrow, and its lines would make all others as long.
		`<br /><code>${CALL.join('<br />')}</code><br />`,
		'<br />Leave out the header of what you do not ask for. Signatures of another platform are made by the Agent Webhook node: Signature → Sign.',
		'<br /><br />A request that is refused starts nothing. Its reply says what is wrong.',
	].join('');

/** What the editor shows in place of input items: how to try the trigger. */
export const triggerPanel: TriggerPanelDefinition = {
	header: 'Send a signed request to the test URL',
	executionsHelp: {
		inactive: `<b>While you build</b>, click the button above, then have a request sent to the test URL: by the platform, or by yourself. Its execution shows here.<br /><br /><b>When it works</b>, <a data-key="activate">publish</a> the workflow and give the platform the production URL.<br /><br />${howToCall('the test URL')}`,
		active: `The workflow runs for each request to the production URL that is accepted. Those executions show in the <a data-key="executions">executions list</a>, and not here.<br /><br /><b>To try a change</b>, click the button above, then have a request sent to the test URL.<br /><br />${howToCall('the test or the production URL')}`,
	},
	activationHint: {
		inactive:
			'Once it works, <a data-key="activate">publish</a> the workflow to accept requests on the production URL.',
		active: 'The workflow is published: its production URL accepts requests without this button.',
	},
};
