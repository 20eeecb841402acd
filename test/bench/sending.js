/** Workflows that send their items to the receiver: ours, and those it is compared with. */
const { createHmac } = require('node:crypto');

const { ACTION, newSecret, node, uniqueName } = require('../e2e/workflows');

const { EVENT_TYPE, Outbox } = require('./outbox');

const TEXT_BYTES = 400;

const FLOOR_CONCURRENCY = 50;
/** The name of {@link Sending.floor} in the tables. */
const FLOOR_NAME = `n8n’s request helper in a loop, ${FLOOR_CONCURRENCY} at once, unsigned`;

/** Creates items, each with an event of about half a kilobyte. */
const createItems = (count) =>
	Array.from({ length: count }, (_, index) => ({
		event: { order: `order_${index}`, status: 'shipped', text: 'x'.repeat(TEXT_BYTES) },
	}));

class Sending {
	constructor(stage) {
		Object.assign(this, { stage, secret: newSecret() });
	}

	async start() {
		const { client } = this.stage;
		this.outbound = await client.createCredential('agentWebhookOutboundApi', 'Receiver', {
			authentication: 'none',
			signatureScheme: 'platform',
			signingSecret: this.secret,
		});
		this.crypto = await client.createCredential('crypto', 'Receiver', { hmacSecret: this.secret });
	}

	/**
	 * Creates a workflow with our node.
	 * @param protocol http or https
	 * @param maxEvents events per delivery
	 */
	async ours(protocol, maxEvents = 1) {
		const send = node(
			'Send',
			ACTION,
			{
				resource: 'event',
				operation: 'send',
				sendTo: 'endpoint',
				platform: 'agenticflow',
				requestKind: 'event',
				url: this.stage.endpoints[protocol],
				eventType: EVENT_TYPE,
				dataSource: 'item',
				options: {
					...(protocol === 'http' && { allowHttp: true }),
					...(maxEvents > 1 && { maxEvents }),
				},
			},
			{ credentials: this.outbound },
		);
		return await this.#measured('ours', [send], { perRequest: maxEvents, isSigned: true });
	}

	/** Creates a workflow with our node that sends to all endpoints of an outbox that has one. */
	async outbox(name) {
		// Each has a key of its own, also in two parts of the bench.
		const outbox = new Outbox(this.stage, uniqueName(name).replaceAll('-', '_'));
		await outbox.create(this.stage.endpoints.http, this.secret);
		const measure = await this.#measured('outbox', [outbox.sendNode()], {
			perRequest: 1,
			isSigned: true,
		});
		return { measure, outbox };
	}

	/** Creates workflows that find out that nothing is due, and that read a table with n8n's own node. */
	async idle(outbox) {
		const measured = async (name, one) => {
			const run = await this.stage.itemsWorkflow(name, [one]);
			return async () => await this.stage.nodeMs(await run([{}]), [one]);
		};
		return {
			due: await measured('due', outbox.deliverDueNode()),
			read: await measured('read', outbox.readNode()),
		};
	}

	/** Creates the workflow that people build without us. It signs the bytes that it sends. */
	async chain(protocol) {
		const crypto = node(
			'Crypto',
			'n8n-nodes-base.crypto',
			{
				action: 'hmac',
				type: 'SHA256',
				encoding: 'hex',
				value: '={{ JSON.stringify($json.event) }}',
				dataPropertyName: 'signature',
			},
			{ typeVersion: 2, credentials: this.crypto },
		);
		const request = node(
			'HTTP Request',
			'n8n-nodes-base.httpRequest',
			{
				method: 'POST',
				url: this.stage.endpoints[protocol],
				sendHeaders: true,
				headerParameters: {
					parameters: [{ name: 'X-AgenticFlow-Signature', value: '=sha256={{ $json.signature }}' }],
				},
				sendBody: true,
				contentType: 'raw',
				rawContentType: 'application/json',
				body: '={{ JSON.stringify($json.event) }}',
				options: {},
			},
			{ typeVersion: 4.5 },
		);
		return await this.#measured('chain', [crypto, request], { perRequest: 1, isSigned: true });
	}

	/** Creates a workflow with n8n's request helper in a loop, unsigned. */
	async floor(protocol) {
		const send = node('Floor', 'n8n-nodes-floor.floorSend', {
			url: this.stage.endpoints[protocol],
			concurrency: FLOOR_CONCURRENCY,
		});
		return await this.#measured('floor', [send], { perRequest: 1, isSigned: false });
	}

	/**
	 * @returns a function that sends items. It calls `onEnded` when the run has ended, and returns the
	 * duration of the nodes in ms and the number of connections
	 */
	async #measured(name, nodes, { isSigned, perRequest }) {
		const run = await this.stage.itemsWorkflow(name, nodes);
		return async (items, onEnded = () => undefined) => {
			await this.stage.received();
			const executionId = await run(items);
			onEnded();
			const { connections, last, requests } = await this.stage.received();
			if (requests !== Math.ceil(items.length / perRequest)) {
				throw new Error(
					`${name} sent ${items.length} items in ${requests} requests, ${perRequest} in each.`,
				);
			}
			if (isSigned) this.#check(name, last);
			return { ms: await this.stage.nodeMs(executionId, nodes), connections };
		};
	}

	/** Checks that a request is signed over the bytes that were sent. */
	#check(name, { body, headers }) {
		const signature = createHmac('sha256', this.secret).update(body).digest('hex');
		if (headers['x-agenticflow-signature'] !== `sha256=${signature}`) {
			throw new Error(`${name} sent a request without a valid signature.`);
		}
	}
}

module.exports = { FLOOR_NAME, createItems, Sending };
