const { parseManagementTask } = require('../../../build/core/managementApi/routes');

describe('parseManagementTask', () => {
	test.each([
		['GET', {}, 'list'],
		['POST', {}, 'create'],
		['GET', { id: 'wh_1' }, 'get'],
		['PUT', { id: 'wh_1' }, 'update'],
		['DELETE', { id: 'wh_1' }, 'delete'],
		['POST', { id: 'wh_1', section: 'test' }, 'test'],
		['GET', { id: 'wh_1', section: 'logs' }, 'getLogs'],
		['GET', { id: 'wh_1', section: 'stats' }, 'getStats'],
		['GET', { id: 'constructor' }, 'get'],
	])('reads %s %j as the task %s', (method, where, task) => {
		expect(parseManagementTask(method, where)).toBe(task);
	});

	test.each([
		['PUT', {}, 'GET, POST'],
		['DELETE', {}, 'GET, POST'],
		['HEAD', {}, 'GET, POST'],
		['get', {}, 'GET, POST'],
		['constructor', {}, 'GET, POST'],
		['__proto__', {}, 'GET, POST'],
		['POST', { id: 'wh_1' }, 'GET, PUT, DELETE'],
		['PATCH', { id: 'wh_1' }, 'GET, PUT, DELETE'],
		['toString', { id: 'wh_1' }, 'GET, PUT, DELETE'],
		['GET', { id: 'wh_1', section: 'test' }, 'POST'],
		['PUT', { id: 'wh_1', section: 'logs' }, 'GET'],
		['DELETE', { id: 'wh_1', section: 'stats' }, 'GET'],
		['valueOf', { id: 'wh_1', section: 'stats' }, 'GET'],
	])('rejects %s %j with 405 and allows %s', (method, where, allowed) => {
		expect(parseManagementTask(method, where)).toEqual({
			result: 'rejected',
			status: 405,
			code: 'METHOD_NOT_ALLOWED',
			message: 'This path does not support this method',
			details: { field: 'method', expected: `one of: ${allowed}`, received: method },
			headers: { Allow: allowed },
		});
	});

	test.each(['secrets', '', 'Logs', 'constructor', '__proto__', 'toString', 'x'.repeat(101)])(
		'rejects the unknown section %j with 404',
		(section) => {
			for (const method of ['GET', 'POST', 'PUT']) {
				expect(parseManagementTask(method, { id: 'x', section })).toEqual({
					result: 'rejected',
					status: 404,
					code: 'NOT_FOUND',
					message: 'This path does not exist',
					details: {
						field: 'path',
						expected: 'one of: test, logs, stats',
						received: section.slice(0, 100),
					},
					headers: {},
				});
			}
		},
	);
});
