const { fromParameter, webhookDescriptionFields } = require('n8n-workflow');

/**
 * The least that a community trigger can do: it starts an execution for every request and responds as
 * ours does.
 */
class FloorTrigger {
	description = {
		displayName: 'Floor Trigger',
		name: 'floorTrigger',
		group: ['trigger'],
		// Above 1, since n8n evaluates an expression for each request to a node of version 1.
		version: [2],
		description: 'Starts the workflow on any request',
		defaults: { name: 'Floor Trigger' },
		inputs: [],
		outputs: ['main'],
		webhooks: [
			{
				name: 'default',
				httpMethod: 'POST',
				responseMode: 'onReceived',
				responseData:
					'={{ { success: true, message: "Webhook processed successfully", execution_id: $executionId, status: "queued" } }}',
				isFullPath: true,
				...webhookDescriptionFields({ path: fromParameter('path') }),
			},
		],
		properties: [{ displayName: 'Path', name: 'path', type: 'string', default: '' }],
	};

	async webhook() {
		const json = {
			body: this.getBodyData(),
			headers: this.getHeaderData(),
			query: this.getQueryData(),
		};
		return { workflowData: [[{ json }]] };
	}
}

module.exports = { FloorTrigger };
