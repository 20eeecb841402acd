/** Measures how many events are sent per second. */
const { interleave, say } = require('./rounds');
const { FLOOR_NAME, createItems, Sending } = require('./sending');
const { compare, median } = require('./statistics');

const EVENTS = 500;
const BATCH = 100;
/** Rounds of what takes a moment, for each round of the others. */
const SHORT_ROUNDS = 3;

const CHAIN_NAME = 'Crypto, HTTP Request';

/** @returns the result rows of outgoing events */
async function outbound(stage, { rounds }) {
	say('Outbound: making the workflows …');
	const sending = new Sending(stage);
	await sending.start();
	const items = createItems(EVENTS);
	const { measure: toOutbox, outbox } = await sending.outbox('outbound');
	const { due, read } = await sending.idle(outbox);
	const connections = {};
	const eventsPerSecond = (name, measure) => async () => {
		const sent = await measure(items);
		(connections[name] ??= []).push(sent.connections);
		return (EVENTS * 1000) / sent.ms;
	};
	const workflows = {
		ours: await sending.ours('http'),
		chain: await sending.chain('http'),
		floor: await sending.floor('http'),
		batches: await sending.ours('http', BATCH),
		outbox: toOutbox,
		'ours, TLS': await sending.ours('https'),
		'chain, TLS': await sending.chain('https'),
		'floor, TLS': await sending.floor('https'),
	};
	const samples = await interleave(
		'Outbound',
		Object.fromEntries(
			Object.entries(workflows).map(([name, measure]) => [name, eventsPerSecond(name, measure)]),
		),
		rounds,
		'events a second',
	);
	const short = await interleave(
		'Outbox',
		{
			'one event': async () => (await toOutbox(createItems(1))).ms,
			'one event, direct': async () => (await workflows.ours(createItems(1))).ms,
			'nothing due': due,
			'one read': read,
		},
		rounds * SHORT_ROUNDS,
		'ms',
	);
	const milliseconds = (name) => samples[name].map((perSecond) => (EVENTS * 1000) / perSecond);
	const opened = (...names) =>
		`Connections: ${names.map(([name, own]) => `${own} ${median(connections[name])}`).join(', ')}`;
	const row = (what, against, [own, other], more) => ({
		part: 'outbound',
		engine: stage.engine,
		unit: 'events/s',
		what,
		against,
		...compare(samples[own], samples[other]),
		...more,
	});
	const single = `${EVENTS} signed events to one endpoint, one per delivery`;
	return [
		row(single, CHAIN_NAME, ['ours', 'chain'], {
			target: { atLeast: 3.5 },
			note: opened(['ours', 'Send'], ['chain', 'HTTP Request']),
		}),
		row(single, FLOOR_NAME, ['ours', 'floor'], {
			target: { atLeast: 0.85 },
			note: opened(['ours', 'Send'], ['floor', 'the helper']),
		}),
		row(
			`${EVENTS} signed events to one endpoint, in batches of ${BATCH}`,
			CHAIN_NAME,
			['batches', 'chain'],
			{
				target: { atLeast: 60 },
			},
		),
		{
			part: 'outbound',
			engine: stage.engine,
			unit: 'ms',
			what: `Outbox: ${EVENTS} events to one endpoint, every attempt recorded`,
			against: 'the same without the outbox',
			...compare(milliseconds('outbox'), milliseconds('ours')),
			target: { atMost: 2 },
		},
		{
			part: 'outbound',
			engine: stage.engine,
			unit: 'ms',
			what: 'Outbox: one event to one endpoint',
			against: 'the same without the outbox',
			...compare(short['one event'], short['one event, direct']),
		},
		{
			part: 'outbound',
			engine: stage.engine,
			unit: 'ms',
			what: 'Deliver Due, when nothing is due',
			against: 'n8n’s own Data Table node, reading one row',
			...compare(short['nothing due'], short['one read']),
		},
		row(`${single}, over TLS`, `${CHAIN_NAME}, over TLS`, ['ours, TLS', 'chain, TLS'], {
			note: opened(['ours, TLS', 'Send'], ['chain, TLS', 'HTTP Request']),
		}),
		row(`${single}, over TLS`, `${FLOOR_NAME}, over TLS`, ['ours, TLS', 'floor, TLS'], {
			note: opened(['ours, TLS', 'Send'], ['floor, TLS', 'the helper']),
		}),
		row(`n8n’s floor: ${FLOOR_NAME}`, CHAIN_NAME, ['floor', 'chain']),
	];
}

module.exports = { outbound };
