/** Measures what many tenants in one outbox cost one of them. */
const { interleave, say } = require('./rounds');
const { createItems, Sending } = require('./sending');
const { compare } = require('./statistics');

const ENDPOINTS_EACH = 3;

const number = (value) => value.toLocaleString('en');

/** @returns the result rows of tenants */
async function tenants(stage, { rounds, rows, tenants: count }) {
	say('Tenants: making the workflows …');
	const sending = new Sending(stage);
	await sending.start();
	const create = async (name) => {
		const { measure, outbox } = await sending.outbox(name);
		const { due } = await sending.idle(outbox);
		await measure(createItems(1));
		return { due, outbox, send: async () => (await measure(createItems(1))).ms };
	};
	const alone = await create('alone');
	const among = await create('among');
	say(`Tenants: inserting ${number(count)} tenants and ${number(rows)} deliveries …`);
	among.outbox.fill(rows);
	among.outbox.addTenants(count, ENDPOINTS_EACH);
	const samples = await interleave(
		'Tenants',
		{ alone: alone.send, among: among.send, 'due, alone': alone.due, 'due, among': among.due },
		rounds,
		'ms',
	);
	const onFile = `${number(count)} tenants, ${number(count * ENDPOINTS_EACH)} endpoints and ${number(rows)} deliveries on file`;
	const row = (what, own, other) => ({
		part: 'tenants',
		engine: stage.engine,
		unit: 'ms',
		what: `${what}, with ${onFile}`,
		against: 'the same in an outbox with one endpoint alone',
		...compare(samples[own], samples[other]),
	});
	return [
		row('Outbox: one event to one endpoint', 'among', 'alone'),
		row('Deliver Due, when nothing is due', 'due, among', 'due, alone'),
	];
}

module.exports = { tenants };
