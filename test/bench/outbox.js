/** An outbox in the n8n that is measured, with one endpoint. */
const { randomBytes } = require('node:crypto');

const { ACTION, node } = require('../e2e/workflows');

const EVENT_TYPE = 'workflow.execution.completed';

/** The tables that sends insert rows into. */
const RECORDS = ['events', 'deliveries'];

/** Leaves out the rows that only count deliveries. */
const NOT_TALLY = { events: 'TRUE', deliveries: "status NOT LIKE 'tally%'" };

class Outbox {
	/** @param stage the n8n @param name the outbox's name */
	constructor(stage, name) {
		Object.assign(this, { stage, name });
	}

	/** Creates the outbox, with an endpoint that subscribes to the events that are sent. */
	async create(url, signingSecret) {
		this.encryptionSecret = randomBytes(32).toString('hex');
		this.credentials = await this.stage.client.createCredential(
			'agentWebhookOutboxApi',
			`Outbox ${this.name}`,
			{ encryptionSecret: this.encryptionSecret, outboxName: this.name },
		);
		await this.createEndpoint('Receiver', url, signingSecret);
	}

	/** Creates an endpoint that subscribes to the events that are sent. */
	async createEndpoint(endpointName, url, signingSecret, options = {}) {
		const create = this.#node('Create', {
			resource: 'endpoint',
			operation: 'create',
			endpointName,
			url,
			platform: 'agenticflow',
			eventTypes: EVENT_TYPE,
			...(signingSecret !== undefined && { signingSecret }),
			options: { allowHttp: true, allowInternal: true, ...options },
		});
		await (
			await this.stage.itemsWorkflow('endpoint', [create])
		)([{}]);
	}

	/** Sends items, of which not all deliveries arrive. */
	async fail(items) {
		const run = await this.stage.itemsWorkflow('fail', [this.sendNode()]);
		await run(items);
		await this.stage.received();
	}

	/** Makes the first delivery to the first endpoint due again, and the probe of the other one, or not. */
	makeDue(isProbed) {
		const [deliveries, endpoints] = [this.#table('deliveries'), this.#table('endpoints')];
		const past = '2026-01-01 00:00:00.000';
		this.stage.change(
			`UPDATE "${deliveries}" SET status = 'pending', next_attempt_at = '${past}', completed_at = NULL
			WHERE id = (SELECT MAX(id) FROM "${deliveries}" WHERE endpoint_name = 'Receiver' AND ${NOT_TALLY.deliveries})`,
		);
		this.stage.change(
			`UPDATE "${endpoints}" SET probe_at = '${isProbed ? past : '2099-01-01 00:00:00.000'}'
			WHERE name = 'Down'`,
		);
	}

	/** Copies the delivery to the endpoint that is down, until this many are due. */
	fillWaiting(count) {
		const table = this.#table('deliveries');
		const columns = this.stage.query(`PRAGMA table_info("${table}")`);
		const copied = columns.map(({ name }) => name).filter((name) => name !== 'id');
		const values = copied.map((name) => {
			if (name === 'delivery_id') return "'dlv_' || number || '_of_' || original.delivery_id";
			return name === 'next_attempt_at' ? "'2026-01-01 00:00:00.000'" : `original."${name}"`;
		});
		this.stage.change(
			`WITH RECURSIVE numbers(number) AS (
				SELECT ${count} UNION ALL SELECT number - 1 FROM numbers WHERE number > 1
			)
			INSERT INTO "${table}" (${copied.map((name) => `"${name}"`).join(', ')})
			SELECT ${values.join(', ')}
			FROM numbers, (SELECT * FROM "${table}" WHERE endpoint_name = 'Down' AND status = 'pending') AS original`,
		);
	}

	#node(name, parameters) {
		return node(name, ACTION, parameters, { credentials: this.credentials });
	}

	/** Creates the node that sends each of its items as an event. */
	sendNode() {
		return this.#node('Send', {
			resource: 'event',
			operation: 'send',
			sendTo: 'subscribers',
			customEventType: EVENT_TYPE,
			dataSource: 'item',
			options: {},
		});
	}

	/** Creates the node that delivers what is due. */
	deliverDueNode() {
		return this.#node('Due', { resource: 'delivery', operation: 'deliverDue', options: {} });
	}

	/** Creates n8n's own node that reads one row of the outbox. */
	readNode() {
		return node(
			'Read',
			'n8n-nodes-base.dataTable',
			{
				resource: 'row',
				operation: 'get',
				dataTableId: { __rl: true, mode: 'id', value: this.#tableId('endpoints') },
				returnAll: false,
				limit: 1,
			},
			{ typeVersion: 1.1 },
		);
	}

	/** Prunes rows beyond the operation's default limits. @returns the duration in ms */
	async prune() {
		const prune = this.#node('Prune', { resource: 'delivery', operation: 'prune' });
		const run = await this.stage.itemsWorkflow('prune', [prune]);
		return await this.stage.nodeMs(await run([{}]), [prune]);
	}

	#tableId(kind) {
		const [{ id }] = this.stage.query(
			`SELECT id FROM data_table WHERE name LIKE '${this.name}\\_${kind}\\_v%' ESCAPE '\\'`,
		);
		return id;
	}

	#table(kind) {
		return `data_table_user_${this.#tableId(kind)}`;
	}

	/** Counts the deliveries in the table. */
	rowsOnFile() {
		const table = this.#table('deliveries');
		const [{ count }] = this.stage.query(
			`SELECT COUNT(*) AS count FROM "${table}" WHERE ${NOT_TALLY.deliveries}`,
		);
		return count;
	}

	/** Deletes all events and deliveries, and keeps the endpoint. */
	clear() {
		for (const kind of RECORDS) this.stage.change(`DELETE FROM "${this.#table(kind)}"`);
	}

	/** Returns the columns of a table other than its ID. */
	#columns(table) {
		return this.stage
			.query(`PRAGMA table_info("${table}")`)
			.map(({ name }) => name)
			.filter((name) => name !== 'id');
	}

	/**
	 * Gives all deliveries on file, and copies of the endpoint, to other tenants. Nobody opens the secrets of the copies:
	 * they belong to the endpoint that was copied.
	 */
	addTenants(count, endpointsEach) {
		const table = this.#table('endpoints');
		const copied = this.#columns(table);
		const owner = `'tenant_' || (number % ${count})`;
		const values = copied.map((name) => {
			if (name === 'tenant_id') return owner;
			if (name === 'endpoint_id') return "'ep_' || number || '_of_' || original.endpoint_id";
			return `original."${name}"`;
		});
		this.stage.change(
			`WITH RECURSIVE numbers(number) AS (
				SELECT ${count * endpointsEach} UNION ALL SELECT number - 1 FROM numbers WHERE number > 1
			)
			INSERT INTO "${table}" (${copied.map((name) => `"${name}"`).join(', ')})
			SELECT ${values.join(', ')} FROM numbers, (SELECT * FROM "${table}" LIMIT 1) AS original`,
		);
		for (const kind of RECORDS) {
			this.stage.change(
				`UPDATE "${this.#table(kind)}" SET tenant_id = 'tenant_' || (id % ${count}) WHERE ${NOT_TALLY[kind]}`,
			);
		}
	}

	/**
	 * Inserts copies of the newest delivery and its event, each a second older than the next, until there
	 * are this many deliveries. The delivery must be delivered.
	 */
	fill(rows) {
		const missing = rows - this.rowsOnFile();
		for (const kind of RECORDS) {
			const table = this.#table(kind);
			const copied = this.#columns(table);
			const values = copied.map((name) => {
				if (name === 'event_id') return "'evt_' || number || '_of_' || original.event_id";
				if (name === 'delivery_id') return "'dlv_' || number || '_of_' || original.delivery_id";
				return name.endsWith('_at')
					? `strftime('%Y-%m-%d %H:%M:%f', original."${name}", '-' || number || ' seconds')`
					: `original."${name}"`;
			});
			this.stage.change(
				`WITH RECURSIVE numbers(number) AS (
					SELECT ${missing} UNION ALL SELECT number - 1 FROM numbers WHERE number > 1
				)
				INSERT INTO "${table}" (${copied.map((name) => `"${name}"`).join(', ')})
				SELECT ${values.join(', ')}
				FROM numbers,
					(SELECT * FROM "${table}" WHERE ${NOT_TALLY[kind]} ORDER BY id DESC LIMIT 1) AS original`,
			);
		}
	}
}

module.exports = { EVENT_TYPE, Outbox };
