const { NodeHelpers } = require('n8n-workflow');

const { listRequestKinds, PLATFORMS } = require('../../../../build/core/platforms');
const { NODES } = require('../../../harness/contexts');

const { description } = NODES.agentWebhookTrigger;
const [triggerOn] = description.properties;

/** Returns the parameters of a new trigger on a platform, and whether each is shown, by name. */
function describePanel(platform, requestKind) {
	const { properties } = description;
	const node = { typeVersion: 2, parameters: { platform, ...(requestKind && { requestKind }) } };
	const values = NodeHelpers.getNodeParameters(
		...[properties, node.parameters, true, false, node, description],
	);
	const shown = properties.filter(
		(property) =>
			property.type !== 'hidden' &&
			NodeHelpers.displayParameter(values, property, node, description),
	);
	return { values, shown, labels: shown.map(({ displayName }) => displayName) };
}

test('the node creator lists each platform once: open schemes, then providers, then agent platforms, each by name', () => {
	expect(triggerOn.displayName).toBe('Trigger On');
	expect(triggerOn.default).toBe('custom');
	const actions = triggerOn.options.map(({ action }) => action);
	expect(new Set(actions).size).toBe(PLATFORMS.length);
	for (const action of actions) expect(action).toMatch(/^On an? .*\S$/);
	const names = triggerOn.options.map(({ name }) => name);
	const listNames = (wanted) =>
		PLATFORMS.filter(({ section }) => section === wanted)
			.map(({ name }) => name)
			.sort((a, b) => a.localeCompare(b, 'en'));
	expect(names).toEqual(['open', 'provider', 'platform'].flatMap(listNames));
});

test('the node creator calls verified only what is signed', () => {
	for (const { action, value } of triggerOn.options) {
		const { authentication } = PLATFORMS.find(({ id }) => id === value).events ?? {};
		const isSigned = authentication?.methods.includes('signature') ?? true;
		if (!isSigned) expect(action).not.toContain('verified');
	}
	const getAction = (id) => triggerOn.options.find(({ value }) => value === id).action;
	expect(getAction('auth0')).toBe('On an Auth0 (Log Streams) webhook with its token');
	expect(getAction('stripe')).toBe('On a verified Stripe webhook');
});

test.each(PLATFORMS.map((platform) => [platform.name, platform]))(
	'a new trigger on %s shows only what there is to choose',
	(_, platform) => {
		const { labels, values } = describePanel(platform.id);
		const kinds = listRequestKinds(platform);
		expect(values.requestKind).toBe(kinds[0].id);
		expect(labels.includes('Request Kind')).toBe(kinds.length > 1);
		const lists = platform.events?.types.length > 0 ? ['Event Types', 'Other Event Types'] : [];
		const fields = platform.events === undefined || lists.length > 0 ? lists : ['Event Types'];
		expect(labels.filter((label) => label.endsWith('Event Types'))).toEqual(fields);
		expect(values.path).toBe('');
	},
);

test.each(
	PLATFORMS.filter((platform) => listRequestKinds(platform).length === 1 && platform.events),
)('a trigger on $name offers its event types, whatever kind another platform left', ({ id }) => {
	expect(describePanel(id, 'agentMessage').labels).toContain('Event Types');
});

/** Loads the event types of a platform as the editor does. */
const loadEventTypes = async (platform) => {
	const [list] = describePanel(platform).shown.filter(({ name }) => name === 'events');
	const context = { getCurrentNodeParameter: (name) => ({ platform })[name] };
	return await NODES.agentWebhookTrigger.methods.loadOptions[
		list.typeOptions.loadOptionsMethod
	].call(context);
};

test.each(PLATFORMS.filter(({ events }) => events?.types.length > 0))(
	'the editor loads the event types of $name',
	async ({ events, id }) => {
		const options = await loadEventTypes(id);
		expect(options.map(({ value }) => value)).toEqual(events.types.map(({ value }) => value));
		for (const { description: shown, name, value } of options) {
			expect(name).toMatch(/\S/);
			expect(shown).toBe(value);
		}
	},
);

test('the event types of one platform are cleared when another one is chosen', () => {
	// n8n's editor clears a parameter that depends on the changed one and has other options.
	for (const { displayOptions, options } of description.properties.filter(
		({ name }) => name === 'events',
	)) {
		expect(options).toEqual([]);
		expect(displayOptions.show).toHaveProperty('platform');
	}
});

test('parameters and hints grow by no more than one for each platform', () => {
	const { hints, properties } = description;
	const isSetup = ({ name }) => name === 'setupNotice';
	const providers = PLATFORMS.filter(({ section }) => section === 'provider').length;
	const others = PLATFORMS.length - providers;
	expect(properties.filter(isSetup).length).toBeLessThanOrEqual(PLATFORMS.length + others);
	expect(properties.filter((property) => !isSetup(property)).length).toBeLessThan(45);
	expect(hints.length).toBeLessThanOrEqual(providers + 1 + others * 6);
	expect(JSON.stringify(description).length).toBeLessThan(1_000_000);
});
