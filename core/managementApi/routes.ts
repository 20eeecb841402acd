import { createRejection, type Rejection } from '../receiving/rejection';

/**
 * Routes of AgenticFlow's webhook management API, which n8n serves in the platform's place.
 * Source: docs/platforms.md#agenticflow
 */

/** One operation of the management API. */
export type ManagementTask =
	| 'list'
	| 'create'
	| 'get'
	| 'update'
	| 'delete'
	| 'test'
	| 'getLogs'
	| 'getStats';

/** The path parts after the webhook list: none, a webhook's ID, or an ID and a section such as `logs`. */
export interface ManagementPath {
	id?: string;
	section?: string;
}

type TasksByMethod = Record<string, ManagementTask>;

const LIST_TASKS: TasksByMethod = { GET: 'list', POST: 'create' };
const WEBHOOK_TASKS: TasksByMethod = { GET: 'get', PUT: 'update', DELETE: 'delete' };
const SECTION_TASKS = new Map<string, TasksByMethod>([
	['test', { POST: 'test' }],
	['logs', { GET: 'getLogs' }],
	['stats', { GET: 'getStats' }],
]);

function findTasks({ id, section }: ManagementPath): TasksByMethod | undefined {
	if (id === undefined) return LIST_TASKS;
	return section === undefined ? WEBHOOK_TASKS : SECTION_TASKS.get(section);
}

/**
 * Finds the task that a request asks for.
 * @returns the task, or a rejection: 404 for an unknown path, 405 for a method that the path lacks
 * @example parseManagementTask('GET', { id: 'wh_1', section: 'logs' }) // 'getLogs'
 */
export function parseManagementTask(
	method: string,
	path: ManagementPath,
): ManagementTask | Rejection {
	const tasks = findTasks(path);
	if (tasks === undefined) {
		return createRejection({
			status: 404,
			code: 'NOT_FOUND',
			message: 'This path does not exist',
			details: {
				field: 'path',
				expected: `one of: ${[...SECTION_TASKS.keys()].join(', ')}`,
				received: String(path.section).slice(0, 100),
			},
		});
	}
	if (Object.hasOwn(tasks, method)) return tasks[method];
	const allowed = Object.keys(tasks).join(', ');
	return createRejection({
		status: 405,
		code: 'METHOD_NOT_ALLOWED',
		message: 'This path does not support this method',
		details: { field: 'method', expected: `one of: ${allowed}`, received: method },
		headers: { Allow: allowed },
	});
}
