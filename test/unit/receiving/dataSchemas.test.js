/** Schemas of the owner's own for the data of events. */
const { compileDataSchema } = require('../../../build/core/receiving/dataSchemas');
const { receiveRequest } = require('../../../build/core/receiving/receive');

const { createRequest, createRules, expectHelpfulRejection } = require('./requests');

const SCHEMA = {
	type: 'object',
	required: ['id'],
	properties: { id: { type: 'integer', maximum: 9_000_000_000 }, total: { type: 'number' } },
};

/** Receives a request with the data schemas, which are for these event types. */
const receive = async (request, { eventTypes = [], schema = SCHEMA, ...changes } = {}) =>
	await receiveRequest(
		createRules('custom', 'event', {
			dataSchemas: [compileDataSchema(eventTypes, schema)],
			...changes,
		}),
		createRequest(request),
	);

const order = (data) => ({ body: { type: 'order.created', data } });

test('data that matches is accepted', async () => {
	expect(await receive(order({ id: 7 }))).toMatchObject({ result: 'accepted' });
});

test('data that does not match is rejected, and the reply names the field', async () => {
	const sent = order({ id: 7, total: 'x' });
	const rejection = await receive(sent);
	expectHelpfulRejection(rejection, createRequest(sent));
	expect(rejection).toMatchObject({
		status: 422,
		code: 'INVALID_INPUT',
		message: "Field 'data.total' must be a number, but is text",
		details: { field: 'data.total', expected: 'a number', received: 'string' },
	});
	expect((await receive(order([]))).message).toBe("Field 'data' must be an object, but is a list");
});

test('the fields are those of the body if it has no field for the data', async () => {
	const rejection = await receive({ body: { type: 'order.created', total: 1 } });
	expect(rejection.message).toBe("Field 'id' is missing");
	expect((await receive({ body: [] })).message).toBe('The body must be an object, but is a list');
});

test('every digit of a number counts', async () => {
	const schema = { properties: { id: { enum: ['616581622363398142'] } } };
	const raw = '{"type": "a", "data": {"id": 616581622363398142}}';
	const rejection = await receive({ raw }, { schema, bigNumbersAsText: true });
	// The schema asks for text, and the sender sent a number.
	expect(rejection).toMatchObject({ result: 'rejected', details: { received: 'number' } });
});

test('a schema is for its event types only, and the first one counts', async () => {
	const invoices = { eventTypes: ['invoice.*'] };
	expect(await receive(order({}), invoices)).toMatchObject({ result: 'accepted' });
	const body = { type: 'Invoice.Paid', data: {} };
	expect(await receive({ body }, invoices)).toMatchObject({ result: 'rejected' });
	const dataSchemas = [compileDataSchema(['order.*'], {}), compileDataSchema([], SCHEMA)];
	expect(await receive(order({}), { dataSchemas })).toMatchObject({ result: 'accepted' });
	expect(await receive({ body }, { dataSchemas })).toMatchObject({ result: 'rejected' });
});

test('an event that was not chosen is ignored, whatever its data', async () => {
	expect(await receive(order({}))).toMatchObject({ result: 'rejected' });
	const rules = { dataSchemas: [compileDataSchema([], SCHEMA)] };
	const ignored = await receiveRequest(
		createRules('custom', 'event', { ...rules, eventTypes: ['invoice.*'] }),
		createRequest(order({})),
	);
	expect(ignored).toMatchObject({ result: 'ignored' });
});
