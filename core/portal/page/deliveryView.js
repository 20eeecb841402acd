const { field, h, select, tie } = require('./dom');
const { buildForm } = require('./feedback');
const { formatNumber } = require('./format');
const { pickChanged } = require('./model');

const ORDERS = ['none', 'all', 'key'];
const BREAKERS = ['off', 'on'];

/** Says in words when an endpoint gets its events: pairs of name and value, without values for what is off. */
const describeDelivery = (t, { circuitBreaker, inOrder }) => [
	[
		t('delivery.order'),
		inOrder ? t(inOrder.key ? 'delivery.perKey' : 'delivery.order.all', inOrder) : undefined,
	],
	[
		t('delivery.breaker'),
		circuitBreaker
			? t('delivery.probes', {
					count: circuitBreaker.failures,
					failures: formatNumber(circuitBreaker.failures),
					minutes: formatNumber(circuitBreaker.probeMinutes),
				})
			: undefined,
	],
];

const buildNumber = (value, props) => h('input', { type: 'number', value, ...props });

/** Builds a choice, with the fields that the last of its options needs. */
function buildChoice(t, name, options, chosen, fields) {
	const place = h('div', { hidden: chosen !== options.at(-1) }, fields);
	const control = select(
		{
			onchange: ({ currentTarget }) => {
				place.hidden = currentTarget.value !== options.at(-1);
			},
		},
		options.map((option) => [option, t(`delivery.${name}.${option}`)]),
		chosen,
	);
	return {
		control,
		elements: [field(t(`delivery.${name}`), tie(control), t(`delivery.${name}Hint`)), place],
	};
}

function buildOrder(t, inOrder) {
	const key = h('input', { type: 'text', maxlength: 256, value: inOrder?.key ?? '' });
	const chosen = inOrder === null ? 'none' : inOrder.key ? 'key' : 'all';
	const fields = field(t('delivery.key'), tie(key), t('delivery.keyHint'));
	const { control, elements } = buildChoice(t, 'order', ORDERS, chosen, fields);
	const read = () => {
		if (control.value === 'none') return null;
		return { key: control.value === 'key' ? key.value.trim() : null };
	};
	return { elements, read };
}

function buildBreaker(t, breaker) {
	const failures = buildNumber(breaker?.failures ?? 5, { min: 1 });
	const minutes = buildNumber(breaker?.probeMinutes ?? 5, { min: 1 });
	const fields = [
		field(t('delivery.failures'), tie(failures)),
		field(t('delivery.probeMinutes'), tie(minutes)),
	];
	const chosen = breaker === null ? 'off' : 'on';
	const { control, elements } = buildChoice(t, 'breaker', BREAKERS, chosen, fields);
	const read = () =>
		control.value === 'off'
			? null
			: { failures: Number(failures.value), probeMinutes: Number(minutes.value) };
	return { elements, read };
}

/** Shows when an endpoint gets its events, and changes it. */
async function showDelivery(app, [id]) {
	const { client, forget, go, t } = app;
	const { endpoint } = await app.loadEndpoint(id);
	const order = buildOrder(t, endpoint.inOrder);
	const breaker = buildBreaker(t, endpoint.circuitBreaker);
	const read = () => ({ inOrder: order.read(), circuitBreaker: breaker.read() });
	const before = read();
	const save = async (say) => {
		const body = read();
		if (body.inOrder?.key === '') return say(t('delivery.keyFault'));
		await client.patch(`endpoint/${id}/delivery-settings`, pickChanged(body, before));
		forget();
		return go(['endpoint', id], t('delivery.saved'));
	};
	return {
		title: t('delivery.title'),
		back: ['endpoint', id],
		content: [buildForm(app, [order.elements, breaker.elements], t('save'), save)],
	};
}

module.exports = { describeDelivery, showDelivery };
