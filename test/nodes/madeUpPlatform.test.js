/**
 * Proves that adding a platform is adding one file: adds a made-up one to a copy of the source, builds
 * it, and sends and receives with it.
 */
const { execFileSync } = require('node:child_process');
const { createHmac } = require('node:crypto');
const fs = require('node:fs');
const { createServer } = require('node:http');
const path = require('node:path');

const { loadContexts } = require('../harness/contexts');
const { root, scratch } = require('../harness/project');

const PLATFORM = `
import { z } from 'zod';

import { exponentialRetry } from '../../sending/retryPolicy';
import { SIGNED } from '../authentication';
import { eventData, fields, text } from '../bodySchemas';
import type { Platform } from '../platform';

export const platform: Platform = {
	id: 'acme',
	name: 'Acme Agents',
	description: 'X-Acme-Signature: at= and sig=, a base64 HMAC-SHA512',
	section: 'platform',
	source: '',
	scheme: {
		name: 'acme',
		signatureHeader: 'X-Acme-Signature',
		forms: [{ prefix: 'sig=', algorithm: 'hmac-sha512', encoding: 'base64' }],
		separator: ';',
		content: '{id}|{timestamp}|{body}',
		idHeader: 'X-Acme-ID',
		timestamp: { signaturePart: 'at=', unit: 'ms', toleranceSeconds: 30 },
		secretFormat: 'text',
	},
	httpsOnly: false,
	sourceAddresses: ['192.0.2.1'],
	events: {
		types: [{ value: 'robot.moved', name: 'Robot Moved', data: eventData(['robot_id'], {}) }],
		envelope: { meta: { kind: '{event}', at: '{timestamp}' }, payload: '{data}' },
		timestampFormat: 'iso-microseconds',
		schema: fields({ meta: fields({ kind: z.string() }), payload: z.record(z.unknown()) }),
		type: [{ body: 'meta.kind' }],
		data: 'payload',
		time: { body: 'meta.at' },
		duplicateKey: [{ header: 'X-Acme-ID' }],
		authentication: SIGNED,
	},
	requests: [
		{
			id: 'ticket',
			name: 'Ticket',
			description: 'A ticket for a robot',
			schema: fields({ title: z.string().min(1) }, { note: text }),
			fields: [
				{
					name: 'title',
					displayName: 'Title',
					type: 'string',
					required: true,
					placeholder: 'e.g. Squeaky wheel',
				},
			],
			authentication: SIGNED,
		},
	],
	timeoutMs: 5_000,
	retry: exponentialRetry(2),
	retryStatuses: ['503'],
	replyStatus: { accepted: 'noted', rejected: 'thrown away' },
};
`;

const copy = path.join(scratch, 'made-up');
const secret = 'acme secret';

let acme;

beforeAll(() => {
	fs.rmSync(copy, { recursive: true, force: true });
	for (const part of ['core', 'build', 'scripts', 'gulpfile.js']) {
		fs.cpSync(path.join(root, part), path.join(copy, part), { recursive: true });
	}
	// Nothing but core/platforms changes, so nothing else is compiled.
	const tsconfig = {
		extends: path.join(root, 'tsconfig.json'),
		compilerOptions: { rootDir: '.', outDir: 'build', typeRoots: ['node_modules/@types'] },
		include: ['core/platforms/**/*.ts'],
	};
	fs.writeFileSync(path.join(copy, 'tsconfig.json'), JSON.stringify(tsconfig));
	fs.symlinkSync(path.join(root, 'node_modules'), path.join(copy, 'node_modules'), 'junction');
	fs.writeFileSync(path.join(copy, 'core/platforms/definitions/acme.ts'), PLATFORM);
	const run = (script, ...args) =>
		execFileSync(process.execPath, [path.join(root, 'node_modules', script), ...args], {
			cwd: copy,
			stdio: ['ignore', 'ignore', 'inherit'],
		});
	run('gulp/bin/gulp.js', 'registry');
	run('typescript/bin/tsc');
	acme = loadContexts(path.join(copy, 'build'));
});

afterAll(() => fs.rmSync(copy, { recursive: true, force: true }));

// ESLint would find the copy too.
afterAll(() => {
	fs.rmSync(copy, { recursive: true, force: true });
});

const sign = (body, { id = 'id_1', at = String(Date.now()) } = {}) => ({
	'x-acme-id': id,
	'x-acme-signature': `at=${at};sig=${createHmac('sha512', secret).update(`${id}|${at}|${body}`).digest('base64')}`,
});

test('the editor lists it with all other platforms', () => {
	const has = (type, name) =>
		acme.NODES[type].description.properties.some(
			(property) =>
				property.name === name && property.options?.some(({ value }) => value === 'acme'),
		);
	expect(has('agentWebhook', 'platform')).toBe(true);
	expect(has('agentWebhookTrigger', 'platform')).toBe(true);
	for (const type of ['Inbound', 'Outbound']) {
		const schemes = acme.CREDENTIALS[`agentWebhook${type}Api`].properties.find(
			({ name }) => name === 'signatureScheme',
		);
		expect(schemes.options.map(({ value }) => value)).toContain('acme');
	}
});

test('it is sent to, in its envelope and with its signature', async () => {
	const received = [];
	const server = createServer(async (request, response) => {
		const chunks = [];
		for await (const chunk of request) chunks.push(chunk);
		received.push({ headers: request.headers, body: Buffer.concat(chunks).toString() });
		response.end('{}');
	});
	await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
	const parameters = {
		resource: 'event',
		operation: 'send',
		platform: 'acme',
		url: `http://127.0.0.1:${server.address().port}/`,
		options: { allowHttp: true },
	};
	const credentials = {
		agentWebhookOutboundApi: { signatureScheme: 'platform', signingSecret: secret },
	};
	const send = async (more, json) =>
		await acme.execute({ ...parameters, ...more }, [{ json }], { credentials });
	await send({ requestKind: 'event', eventType: 'robot.moved' }, { robot_id: 'r1' });
	await send({ requestKind: 'ticket', field_title: 'Squeaky wheel' }, {});
	server.closeAllConnections();
	server.close();
	for (const { body, headers } of received) {
		const [, at] = /^at=(\d+);/.exec(headers['x-acme-signature']);
		expect(headers).toMatchObject(sign(body, { id: headers['x-acme-id'], at }));
	}
	expect(received.map(({ body }) => JSON.parse(body))).toEqual([
		{
			meta: { kind: 'robot.moved', at: expect.stringMatching(/\.\d{6}Z$/) },
			payload: { robot_id: 'r1' },
		},
		{ title: 'Squeaky wheel' },
	]);
	await expect(send({ requestKind: 'ticket', field_title: '' }, {})).rejects.toThrow(
		"Acme Agents would reject this ticket: Required field 'title' is missing",
	);
});

test('it is received from, with its events, requests and replies', async () => {
	const receive = async (requestKind, body, headers = sign(body)) =>
		await acme.receive(
			{
				platform: 'acme',
				requestKind,
				path: 'x',
				authenticationMethods: ['platform'],
				responseMode: 'onReceived',
				options: {},
			},
			{
				headers: { 'content-type': 'application/json', ...headers },
				rawBody: Buffer.from(body),
				body: JSON.parse(body),
			},
			{
				// One node for all requests, so that it recognizes a duplicate.
				id: `acme ${requestKind}`,
				credentials: {
					agentWebhookInboundApi: { signatureScheme: 'platform', signingSecret: secret },
				},
			},
		);
	const event =
		'{"meta":{"kind":"robot.moved","at":"2026-01-01T00:00:00Z"},"payload":{"robot_id":"r1"}}';
	const { result } = await receive('event', event);
	expect(result.workflowData[0][0].json).toMatchObject({
		event: 'robot.moved',
		event_time: '2026-01-01T00:00:00.000Z',
		data: { robot_id: 'r1' },
		duplicate_key: 'id_1',
		signature: { scheme: 'acme', id: 'id_1' },
	});
	expect((await receive('event', event)).answer.body).toMatchObject({ status: 'duplicate' });
	const stale = sign(event, { at: String(Date.now() - 31_000) });
	expect((await receive('event', event, stale)).answer).toMatchObject({
		statusCode: 401,
		body: { error: { code: 'TIMESTAMP_OUT_OF_TOLERANCE' }, status: 'thrown away' },
	});
	const ticket = await receive('ticket', '{"title":""}', sign('{"title":""}', { id: 'id_2' }));
	expect(ticket.answer).toMatchObject({
		statusCode: 422,
		body: { error: { details: { field: 'title', received: 'empty string' } } },
	});
	const [post] = acme.NODES.agentWebhookTrigger.description.webhooks;
	const { resolveWebhookDescriptionField } = require('n8n-workflow');
	const parameters = { requestKind: 'ticket', path: 'a' };
	expect(resolveWebhookDescriptionField({ parameters }, post, 'path').value).toBe(
		'webhooks/tickets/a',
	);
});
