/**
 * A stand-in for AgenticFlow's webhook management API (docs/platforms.md#agenticflow), in a separate
 * process. It lists the webhooks that it creates, and sends signed test deliveries to their URLs.
 *
 * In addition, POST /control sets `{ apiKey, signingSecret, down }`, and GET /control lists all calls.
 */
import { createHmac } from 'node:crypto';
import { createServer } from 'node:http';

const settings = { apiKey: '', signingSecret: '', down: false };
const webhooks = new Map();
const calls = [];
let count = 0;

const error = (code, message) => ({ success: false, error: { code, message } });

async function deliver(webhook, event, data) {
	const body = JSON.stringify({
		event,
		timestamp: new Date().toISOString().replace(/\.\d+Z$/, 'Z'),
		webhook_id: webhook.id,
		data,
	});
	const signature = createHmac('sha256', settings.signingSecret).update(body).digest('hex');
	const started = Date.now();
	const { type, token } = webhook.authentication ?? {};
	const response = await fetch(webhook.url, {
		method: 'POST',
		headers: {
			'Content-Type': 'application/json',
			'X-AgenticFlow-Signature': `sha256=${signature}`,
			...(type === 'bearer' && { Authorization: `Bearer ${token}` }),
		},
		body,
	});
	count += 1;
	webhook.logs.push({
		id: `log_${count}`,
		timestamp: new Date(started).toISOString(),
		event,
		status: response.ok ? 'success' : 'failed',
		response_code: response.status,
		response_time_ms: Date.now() - started,
		attempts: 1,
		payload_size: body.length,
	});
	return response.status;
}

const getStats = ({ logs }) => ({
	total_deliveries: logs.length,
	successful_deliveries: logs.filter(({ status }) => status === 'success').length,
	failed_deliveries: logs.filter(({ status }) => status === 'failed').length,
});

const shown = ({ id, name, url, events, status, created_at, authentication, logs, ...more }) => ({
	id,
	name,
	url,
	events,
	status,
	created_at,
	last_delivery: logs.at(-1)?.timestamp ?? null,
	delivery_stats: getStats({ logs }),
	...(authentication && { authentication }),
	...more,
});

async function answer(method, path, body) {
	const [, , , , id, action] = path.split('/');
	if (id === undefined) {
		if (method === 'GET') return [200, { webhooks: [...webhooks.values()].map(shown) }];
		if (method !== 'POST') return [405, error('METHOD_NOT_ALLOWED', 'Use GET or POST')];
		for (const field of ['name', 'url', 'events']) {
			if (!body[field]?.length) {
				return [400, error('INVALID_INPUT', `Required field '${field}' is missing`)];
			}
		}
		count += 1;
		const webhook = {
			...body,
			id: `wh_${count}`,
			status: 'active',
			created_at: new Date().toISOString(),
			logs: [],
		};
		webhooks.set(webhook.id, webhook);
		return [201, shown(webhook)];
	}
	const webhook = webhooks.get(id);
	if (webhook === undefined) return [404, error('NOT_FOUND', `Webhook '${id}' does not exist`)];
	if (action === 'test') {
		return [
			200,
			{ success: true, response_code: await deliver(webhook, body.event, body.test_data) },
		];
	}
	if (action === 'logs') return [200, { logs: webhook.logs }];
	if (action === 'stats') return [200, getStats(webhook)];
	if (method === 'PUT') {
		Object.assign(webhook, body);
		return [200, shown(webhook)];
	}
	if (method === 'DELETE') {
		webhooks.delete(id);
		return [204, undefined];
	}
	return [405, error('METHOD_NOT_ALLOWED', 'Use PUT or DELETE')];
}

const server = createServer(async (request, response) => {
	const chunks = [];
	for await (const chunk of request) chunks.push(chunk);
	const text = Buffer.concat(chunks).toString('utf8');
	const send = (status, json) => {
		response.writeHead(status, { 'content-type': 'application/json' });
		response.end(json === undefined ? '' : JSON.stringify(json));
	};
	if (request.url === '/control') {
		if (request.method === 'POST') Object.assign(settings, JSON.parse(text));
		return send(200, { calls, webhooks: [...webhooks.values()] });
	}
	const body = text === '' ? {} : JSON.parse(text);
	calls.push({ method: request.method, path: request.url, body });
	if (settings.down) return send(503, error('UNAVAILABLE', 'Down for maintenance'));
	if (request.headers.authorization !== `Bearer ${settings.apiKey}`) {
		return send(401, error('UNAUTHORIZED', 'The API key is not valid'));
	}
	if (!request.url.startsWith('/api/v1/webhooks'))
		return send(404, error('NOT_FOUND', 'No such path'));
	return send(...(await answer(request.method, request.url, body)));
});

server.listen(0, '127.0.0.1', () => process.send?.({ port: server.address().port }));
