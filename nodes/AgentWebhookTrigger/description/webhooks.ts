import * as workflow from 'n8n-workflow';
import type { IWebhookDescription } from 'n8n-workflow';

import { ACCEPTED_MESSAGE, ACCEPTED_STATUS } from '../../../core/http/replyBodies';
import { MANAGEMENT_KIND, PLATFORMS } from '../../../core/platforms';
import { toExpression } from '../../shared/properties/expression';

interface Parameters {
	platform?: string;
	requestKind?: string;
	path?: string;
	responseMode?: string;
	options?: { outputRefused?: boolean; responseData?: string; responseCode?: number };
}

/** Constants that the functions below need in addition to the parameters. */
interface Context {
	/** The path of each platform's API for its webhooks. */
	managementPaths: Record<string, string>;
	/** The ID of the request kind for this API. */
	managementKind: string;
}

const CONTEXT: Context = {
	managementPaths: Object.fromEntries(
		PLATFORMS.flatMap(({ id, management }) => (management ? [[id, management.path]] : [])),
	),
	managementKind: MANAGEMENT_KIND,
};

type ReadField = (parameters: Parameters, context: Context) => string | number | boolean;

// AgenticFlow documents the first two folders; other kinds of request use their plural.
const readEventPath: ReadField = (parameters) =>
	'webhooks/' +
	(({ agentMessage: 'agents', workflowRun: 'workflows' } as Record<string, string>)[
		parameters.requestKind || ''
	] || (parameters.requestKind || 'event') + 's') +
	'/' +
	(parameters.path || '');

const readManagementPath: ReadField = (parameters, context) =>
	(parameters.path || '') + (context.managementPaths[parameters.platform || ''] || '');

const readManagedWebhookPath: ReadField = (parameters, context) =>
	(parameters.path || '') + (context.managementPaths[parameters.platform || ''] || '') + '/:id';

const readManagedSectionPath: ReadField = (parameters, context) =>
	(parameters.path || '') +
	(context.managementPaths[parameters.platform || ''] || '') +
	'/:id/:section';

// n8n skips a webhook without a method.
const readEventMethod: ReadField = (parameters, context) =>
	parameters.requestKind === context.managementKind ? '' : 'POST';

const readRejectedMethods: ReadField = (parameters, context) =>
	parameters.requestKind === context.managementKind ? '' : 'GET,HEAD,PUT,PATCH,DELETE';

const readManagementMethods: ReadField = (parameters, context) =>
	parameters.requestKind === context.managementKind ? 'GET,POST,PUT,DELETE,HEAD,PATCH' : '';

const isManagement: ReadField = (parameters, context) =>
	parameters.requestKind === context.managementKind;

const isNotManagement: ReadField = (parameters, context) =>
	parameters.requestKind !== context.managementKind;

const readResponseMode: ReadField = (parameters) => parameters.responseMode || 'onReceived';

const readResponseCode: ReadField = (parameters) =>
	(parameters.options && parameters.options.responseCode) || 200;

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
}

/**
 * Returns the reply to an accepted request. n8n evaluates it when the execution exists, so that the reply
 * can name it. In the response mode `lastNode`, n8n expects the choice of items to answer with instead.
 */
const readResponseData = ([parameters, executionId]: [Parameters, string], texts: ReplyTexts) =>
	parameters.responseMode === 'lastNode'
		? (parameters.options && parameters.options.responseData) || 'firstEntryJson'
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
};

const responseData = toExpression(readResponseData, REPLY_TEXTS, '[$parameter, $executionId]');

const templateFor = (read: ReadField): string => toExpression(read, CONTEXT);

/** Describes fields so that n8n reads them without its expression engine; older versions evaluate the template. */
function describeFields<K extends string>(functions: Record<K, ReadField>): Record<K, string> {
	const entries = Object.entries<ReadField>(functions).map(
		([field, read]): [string, workflow.WebhookDescriptionField] => [
			field,
			{
				template: templateFor(read),
				resolve: (parameters) => read(parameters as Parameters, CONTEXT),
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
		ndvHideUrl: templateFor(isManagement),
		...describeFields({
			httpMethod: readEventMethod,
			path: readEventPath,
			responseMode: readResponseMode,
			responseCode: readResponseCode,
		}),
	},
	{
		// Registered so that a wrong method gets our response instead of n8n's 404.
		name: 'default',
		responseMode: 'onReceived',
		isFullPath: true,
		ndvHideUrl: true,
		...describeFields({ httpMethod: readRejectedMethods, path: readEventPath }),
	},
	{
		// n8n prefixes a path that has parameters with its own ID of the node. Without a full path it does
		// the same here, so that all three paths begin alike.
		name: 'default',
		responseMode: 'responseNode',
		isFullPath: false,
		ndvHideMethod: true,
		ndvHideUrl: templateFor(isNotManagement),
		...describeFields({ httpMethod: readManagementMethods, path: readManagementPath }),
	},
	...[readManagedWebhookPath, readManagedSectionPath].map(
		(path): IWebhookDescription => ({
			name: 'default',
			responseMode: 'responseNode',
			isFullPath: true,
			ndvHideUrl: true,
			...describeFields({ httpMethod: readManagementMethods, path }),
		}),
	),
];
