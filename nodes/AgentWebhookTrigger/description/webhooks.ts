import * as workflow from 'n8n-workflow';
import type { IWebhookDescription } from 'n8n-workflow';

import { ACCEPTED_MESSAGE, ACCEPTED_STATUS } from '../../../core/http/replyBodies';
import { API_KIND, MANAGEMENT_KIND, ONLY_KINDS, PLATFORMS } from '../../../core/platforms';
import { toExpression } from '../../shared/properties/expression';

interface Parameters {
	platform?: string;
	requestKind?: string;
	path?: string;
	responseMode?: string;
	options?: {
		outputRefused?: boolean;
		receivedWhen?: string;
		responseData?: string;
		responseCode?: number;
		portal?: object;
	};
}

/** Constants that the functions below need in addition to the parameters. */
interface Context {
	/** The path of each platform's API for its webhooks. */
	managementPaths: Record<string, string>;
	/** The ID of the request kind for this API. */
	managementKind: string;
	/** The path of the API that n8n serves for each platform, and the ID of its request kind. */
	apiPaths: Record<string, string>;
	apiKind: string;
	/** The kind of each platform that has only one. */
	onlyKinds: Record<string, string>;
}

const CONTEXT: Context = {
	managementPaths: Object.fromEntries(
		PLATFORMS.flatMap(({ id, management }) => (management ? [[id, management.path]] : [])),
	),
	managementKind: MANAGEMENT_KIND,
	apiPaths: Object.fromEntries(PLATFORMS.flatMap(({ api, id }) => (api ? [[id, api.path]] : []))),
	apiKind: API_KIND,
	onlyKinds: ONLY_KINDS,
};

type ReadField = (
	parameters: Parameters,
	context: Context,
	kind: string | undefined,
) => string | number | boolean | undefined;

// AgenticFlow documents the first two folders; other kinds of request use their plural. Without a path, n8n
// uses its own ID of the node, which differs from those of all other nodes and stays.
const readEventPath: ReadField = (parameters, _, kind) =>
	parameters.path
		? 'webhooks/' +
			(({ agentMessage: 'agents', workflowRun: 'workflows' } as Record<string, string>)[
				kind || ''
			] || (kind || 'event') + 's') +
			'/' +
			parameters.path
		: '';

const readManagementPath: ReadField = (parameters, context) =>
	(parameters.path || '') + (context.managementPaths[parameters.platform || ''] || '');

const readManagedWebhookPath: ReadField = (parameters, context) =>
	(parameters.path || '') + (context.managementPaths[parameters.platform || ''] || '') + '/:id';

const readManagedSectionPath: ReadField = (parameters, context) =>
	(parameters.path || '') +
	(context.managementPaths[parameters.platform || ''] || '') +
	'/:id/:section';

// n8n skips a webhook without a method.
const readEventMethod: ReadField = (_, context, kind) =>
	kind === context.managementKind || kind === context.apiKind ? '' : 'POST';

const readRejectedMethods: ReadField = (_, context, kind) =>
	kind === context.managementKind || kind === context.apiKind ? '' : 'GET,HEAD,PUT,PATCH,DELETE';

const readManagementMethods: ReadField = (_, context, kind) =>
	kind === context.managementKind ? 'GET,POST,PUT,DELETE,HEAD,PATCH' : '';

const readApiMethods: ReadField = (_, context, kind) =>
	kind === context.apiKind ? 'GET,POST,PUT,DELETE,HEAD,PATCH' : '';

const readApiPath: ReadField = (parameters, context) =>
	(parameters.path || '') + (context.apiPaths[parameters.platform || ''] || '');

// The page is got, and posts its calls.
const readPortalMethods: ReadField = (parameters, context, kind) =>
	kind === context.apiKind && parameters.options && parameters.options.portal
		? 'GET,HEAD,POST'
		: '';

// Beside the API's path, and without a part, since n8n's answer to a browser's preflight allows one method only on
// a path with parts.
const readPortalPath: ReadField = (parameters) => (parameters.path || '') + '/portal';

// n8n has no parameter for the rest of a path, so that each number of parts needs a path of its own. Every
// function stands alone, since n8n gets their source.
const API_PATHS: ReadField[] = [
	(parameters, context) =>
		(parameters.path || '') + (context.apiPaths[parameters.platform || ''] || '') + '/:p1',
	(parameters, context) =>
		(parameters.path || '') + (context.apiPaths[parameters.platform || ''] || '') + '/:p1/:p2',
	(parameters, context) =>
		(parameters.path || '') + (context.apiPaths[parameters.platform || ''] || '') + '/:p1/:p2/:p3',
	(parameters, context) =>
		(parameters.path || '') +
		(context.apiPaths[parameters.platform || ''] || '') +
		'/:p1/:p2/:p3/:p4',
	(parameters, context) =>
		(parameters.path || '') +
		(context.apiPaths[parameters.platform || ''] || '') +
		'/:p1/:p2/:p3/:p4/:p5',
	(parameters, context) =>
		(parameters.path || '') +
		(context.apiPaths[parameters.platform || ''] || '') +
		'/:p1/:p2/:p3/:p4/:p5/:p6',
	(parameters, context) =>
		(parameters.path || '') +
		(context.apiPaths[parameters.platform || ''] || '') +
		'/:p1/:p2/:p3/:p4/:p5/:p6/:p7',
];

const isServed: ReadField = (_, context, kind) =>
	kind === context.managementKind || kind === context.apiKind;

const isNotApi: ReadField = (_, context, kind) => kind !== context.apiKind;

const hasNoPortal: ReadField = (parameters, context, kind) =>
	kind !== context.apiKind || !parameters.options || !parameters.options.portal;

const isNotManagement: ReadField = (_, context, kind) => kind !== context.managementKind;

// "Finished With Success" answers when the workflow has finished, as only n8n's response mode `lastNode` can.
const readResponseMode: ReadField = (parameters) =>
	(parameters.responseMode || 'onReceived') === 'onReceived' &&
	parameters.options &&
	parameters.options.receivedWhen === 'finished'
		? 'lastNode'
		: parameters.responseMode || 'onReceived';

// Without a status, n8n keeps the one that `webhook()` has set on the response object, by default 200.
const readResponseCode: ReadField = (parameters) =>
	(parameters.options && parameters.options.responseCode) || undefined;

const listOutputs = (parameters: Parameters) =>
	parameters.options && parameters.options.outputRefused
		? [
				{ type: 'main', displayName: 'Accepted' },
				{ type: 'main', displayName: 'Rejected' },
			]
		: [{ type: 'main' }];

/** One output, or two if rejected requests are output as well. */
export const outputs = toExpression(listOutputs);

/** The texts of the reply to an accepted request. */
interface ReplyTexts {
	message: string;
	/** By platform, as its documentation names it. */
	statuses: Record<string, string>;
	otherStatus: string;
	/** The platforms that expect replies of their own, which `webhook()` returns. */
	platformsWithReplies: string[];
}

/**
 * Returns the reply to an accepted request in AgenticFlow's format. n8n evaluates it when the execution
 * exists, so that the reply can name it. In the response mode `lastNode`, n8n expects the choice of items to
 * answer with instead.
 */
const readResponseData = ([parameters, executionId]: [Parameters, string], texts: ReplyTexts) =>
	parameters.responseMode === 'lastNode'
		? (parameters.options && parameters.options.responseData) || 'firstEntryJson'
		: parameters.options && parameters.options.receivedWhen === 'finished'
			? 'noData'
			: texts.platformsWithReplies.includes(parameters.platform || '')
				? ''
				: {
						success: true,
						message: texts.message,
						execution_id: executionId,
						status: texts.statuses[parameters.platform || ''] || texts.otherStatus,
					};

const REPLY_TEXTS: ReplyTexts = {
	message: ACCEPTED_MESSAGE,
	statuses: Object.fromEntries(
		PLATFORMS.flatMap(({ id, replyStatus }) => (replyStatus ? [[id, replyStatus.accepted]] : [])),
	),
	otherStatus: ACCEPTED_STATUS,
	platformsWithReplies: PLATFORMS.filter(({ acceptedReplies }) => acceptedReplies).map(
		({ id }) => id,
	),
};

const responseData = toExpression(readResponseData, REPLY_TEXTS, '[$parameter, $executionId]');

/**
 * Reads a field with the kind of request. A platform with one kind ignores the stored one, which may be of a
 * platform that was chosen before.
 */
const readWithKind = (parameters: Parameters, context: Context, { read }: { read: ReadField }) =>
	read(parameters, context, context.onlyKinds[parameters.platform || ''] || parameters.requestKind);

const templateFor = (read: ReadField): string =>
	toExpression(readWithKind, CONTEXT, '$parameter', { read });

/** Describes fields so that n8n reads them without its expression engine; older versions evaluate the template. */
function describeFields<K extends string>(functions: Record<K, ReadField>): Record<K, string> {
	const entries = Object.entries<ReadField>(functions).map(
		([field, read]): [string, workflow.WebhookDescriptionField] => [
			field,
			{
				template: templateFor(read),
				resolve: (parameters) => readWithKind(parameters as Parameters, CONTEXT, { read }),
			},
		],
	);
	if (typeof workflow.webhookDescriptionFields === 'function') {
		return workflow.webhookDescriptionFields(
			Object.fromEntries(entries) as Record<K, workflow.WebhookDescriptionField>,
		);
	}
	return Object.fromEntries(entries.map(([field, { template }]) => [field, template])) as Record<
		K,
		string
	>;
}

export const webhooks: IWebhookDescription[] = [
	{
		name: 'default',
		responseData,
		isFullPath: true,
		ndvHideUrl: templateFor(isServed),
		...describeFields({
			httpMethod: readEventMethod,
			path: readEventPath,
			responseMode: readResponseMode,
			responseCode: readResponseCode,
		}),
	},
	{
		// Registered so that a wrong method gets our response instead of n8n's 404. n8n calls the hooks of publishing
		// for each method of each path: `setup` has none, so that a trigger is checked and registered once.
		name: 'setup',
		responseMode: 'onReceived',
		isFullPath: true,
		ndvHideUrl: true,
		...describeFields({ httpMethod: readRejectedMethods, path: readEventPath }),
	},
	{
		// n8n puts its own ID of the node before a path that has parameters, and before this one, so that all begin alike.
		name: 'default',
		responseMode: 'responseNode',
		isFullPath: false,
		ndvHideMethod: true,
		ndvHideUrl: templateFor(isNotManagement),
		...describeFields({ httpMethod: readManagementMethods, path: readManagementPath }),
	},
	...[readManagedWebhookPath, readManagedSectionPath].map(
		(path): IWebhookDescription => ({
			name: 'setup',
			responseMode: 'responseNode',
			isFullPath: true,
			ndvHideUrl: true,
			...describeFields({ httpMethod: readManagementMethods, path }),
		}),
	),
	{
		// Shown as the base URL, with n8n's own ID of the node before it as in the paths below.
		name: 'default',
		responseMode: 'responseNode',
		isFullPath: false,
		ndvHideMethod: true,
		ndvHideUrl: templateFor(isNotApi),
		...describeFields({ httpMethod: readApiMethods, path: readApiPath }),
	},
	{
		name: 'setup',
		responseMode: 'responseNode',
		isFullPath: false,
		ndvHideMethod: true,
		ndvHideUrl: templateFor(hasNoPortal),
		...describeFields({ httpMethod: readPortalMethods, path: readPortalPath }),
	},
	...API_PATHS.map(
		(path): IWebhookDescription => ({
			name: 'setup',
			responseMode: 'responseNode',
			isFullPath: true,
			ndvHideUrl: true,
			...describeFields({ httpMethod: readApiMethods, path }),
		}),
	),
];
