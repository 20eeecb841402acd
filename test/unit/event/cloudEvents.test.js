const { buildDeliveryContent, getEventFormat } = require('../../../build/core/event/envelope');
const { getPlatform } = require('../../../build/core/platforms');
const { ExactNumber } = require('../../../build/core/lib/exactJson');

const { events } = getPlatform('cloudEvents');

const EVENT = {
	id: 'evt_1',
	type: 'order.created',
	timeMs: Date.parse('2026-11-29T12:00:00.789Z'),
	webhook: { id: 'ep_1', name: 'Orders' },
	source: '/orders',
	data: { order_id: new ExactNumber('616581622363398142') },
};
const DATA = '{"order_id":616581622363398142}';
const STRUCTURED = `{"specversion":"1.0","id":"evt_1","source":"/orders","type":"order.created","time":"2026-11-29T12:00:00.789Z","datacontenttype":"application/json","data":${DATA}}`;

const build = (mode, event = EVENT, batch) =>
	buildDeliveryContent(getEventFormat(events, mode), [].concat(event), batch);

describe('buildDeliveryContent with CloudEvents', () => {
	test('writes the event into the body in structured mode, which is the default', () => {
		const content = {
			body: STRUCTURED,
			headers: { 'Content-Type': 'application/cloudevents+json' },
		};
		expect(build('structured')).toEqual(content);
		expect(build(undefined)).toEqual(content);
	});

	test('writes the attributes into headers in binary mode', () => {
		expect(build('binary')).toEqual({
			body: DATA,
			headers: {
				'ce-specversion': '1.0',
				'ce-id': 'evt_1',
				'ce-source': '/orders',
				'ce-type': 'order.created',
				'ce-time': '2026-11-29T12:00:00.789Z',
				'Content-Type': 'application/json',
			},
		});
	});

	test.each([
		['Euro € 😀', 'Euro%20%E2%82%AC%20%F0%9F%98%80'],
		['100% "sure"', '100%25%20%22sure%22'],
		['a\r\nx-evil: 1', 'a%0D%0Ax-evil:%201'],
		['tab\tand del\u007f', 'tab%09and%20del%7F'],
		['half \ud800', 'half%20%EF%BF%BD'],
		["!#$&'()*+,-./:;<=>?@[]^_`{|}~", "!#$&'()*+,-./:;<=>?@[]^_`{|}~"],
	])('encodes %j in a header', (type, encoded) => {
		expect(build('binary', { ...EVENT, type }).headers['ce-type']).toBe(encoded);
	});

	test('has a source of its own if the event names none', () => {
		expect(JSON.parse(build('structured', { ...EVENT, source: undefined }).body).source).toBe(
			'/n8n',
		);
	});

	test('marks a test event with an attribute', () => {
		const event = { ...EVENT, isTest: true };
		expect(JSON.parse(build('structured', event).body).test).toBe(true);
		expect(build('binary', event).headers['ce-test']).toBe('true');
	});

	test.each(['structured', 'binary'])('writes a batch as a list, in %s mode too', (mode) => {
		const batch = { id: 'dlv_1', timeMs: 0 };
		expect(build(mode, [EVENT, { ...EVENT, id: 'evt_2' }], batch)).toEqual({
			body: `[${STRUCTURED},${STRUCTURED.replace('evt_1', 'evt_2')}]`,
			headers: { 'Content-Type': 'application/cloudevents-batch+json' },
		});
	});

	test('leaves the content of other platforms as it is', () => {
		const format = getEventFormat(getPlatform('standardWebhooks').events, 'binary');
		expect(buildDeliveryContent(format, [{ ...EVENT, data: {} }]).headers).toEqual({});
	});
});
