/**
 * The least that a node can do to send its items: n8n's request helper with limited concurrency,
 * unsigned.
 */
class FloorSend {
	description = {
		displayName: 'Floor Send',
		name: 'floorSend',
		group: ['output'],
		version: [1],
		description: 'Posts each item',
		defaults: { name: 'Floor Send' },
		inputs: ['main'],
		outputs: ['main'],
		properties: [
			{ displayName: 'URL', name: 'url', type: 'string', default: '' },
			{ displayName: 'Requests at Once', name: 'concurrency', type: 'number', default: 50 },
		],
	};

	async execute() {
		const items = this.getInputData();
		const url = this.getNodeParameter('url', 0);
		const results = [];
		let next = 0;
		const client = async () => {
			while (next < items.length) {
				const index = next;
				next += 1;
				const answer = await this.helpers.httpRequest({
					method: 'POST',
					url,
					headers: { 'Content-Type': 'application/json' },
					body: JSON.stringify(items[index].json),
				});
				results[index] = { json: { answer }, pairedItem: { item: index } };
			}
		};
		const atOnce = this.getNodeParameter('concurrency', 0);
		await Promise.all(Array.from({ length: atOnce }, client));
		return [results];
	}
}

module.exports = { FloorSend };
