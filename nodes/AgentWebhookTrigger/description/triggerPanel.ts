import type { TriggerPanelDefinition } from 'n8n-workflow';

const REJECTED =
	'A rejected request does not run the workflow. While you listen, the output panel shows what is wrong, and how to mend it.';

/**
 * Explains how to try the trigger, in the editor's place for input items. These texts are the same for every
 * platform; a call that fits the chosen one is in `exampleCalls`.
 */
export const triggerPanel: TriggerPanelDefinition = {
	header: 'Send a request to the test URL',
	executionsHelp: {
		inactive: `<b>While you build</b>, click the button above, then have the platform send a request to the test URL, or send the example from the output panel. Its execution appears here.<br /><br /><b>When it works</b>, <a data-key="activate">publish</a> the workflow and enter the production URL at the platform.<br /><br />${REJECTED}`,
		active: `The workflow runs for each accepted request to the production URL. Those executions appear in the <a data-key="executions">executions list</a>, not here.<br /><br /><b>To try a change</b>, click the button above, then send a request to the test URL.<br /><br />${REJECTED}`,
	},
	activationHint: {
		inactive:
			'Once it works, <a data-key="activate">publish</a> the workflow to accept requests on the production URL.',
		active: 'The workflow is published. Its production URL accepts requests without this button.',
	},
};
