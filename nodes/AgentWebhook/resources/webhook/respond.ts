import type {
	IExecuteFunctions,
	IN8nHttpFullResponse,
	INodeExecutionData,
	INodeProperties,
} from 'n8n-workflow';

import { ACCEPTED_MESSAGE, toReplyBody } from '../../../../core/http/replyBodies';
import {
	headerFields,
	readHeaders,
	type HeaderParameter,
} from '../../../shared/properties/headersProperty';
import { buildJsonResponse } from '../../../shared/execution/jsonResponse';
import { toNodeError } from '../../../shared/execution/nodeError';
import { parseJsonObject, parseJsonParameter } from '../../../shared/parameters/parse';
import { buildNotice } from '../../../shared/properties/notice';
import { listOptionNames } from '../../../shared/properties/optionNames';
import type { Operation } from '../operation';

const respondWithProperty: INodeProperties = {
	displayName: 'Respond With',
	name: 'respondWith',
	type: 'options',
	noDataExpression: true,
	options: [
		{
			name: 'All Incoming Items',
			value: 'allIncomingItems',
			description: 'A JSON list of all input items',
		},
		{ name: 'Error', value: 'error', description: 'AgenticFlow’s error format' },
		{
			name: 'First Incoming Item',
			value: 'firstIncomingItem',
			description: 'The JSON of the first input item',
		},
		{ name: 'JSON', value: 'json', description: 'Any JSON value' },
		{ name: 'No Data', value: 'noData', description: 'A status code without a body' },
		{ name: 'Success', value: 'success', description: 'AgenticFlow’s success format' },
		{ name: 'Text', value: 'text' },
	],
	default: 'firstIncomingItem',
	description: 'The body of the response',
};

const properties: INodeProperties[] = [
	buildNotice(
		'respondNotice',
		'In the Agent Webhook Trigger, set "Respond" to "Using the Agent Webhook Node". Callers get one response, whose fields are read from the first item.',
	),
	respondWithProperty,
	{
		displayName: 'Message',
		name: 'message',
		type: 'string',
		default: ACCEPTED_MESSAGE,
		placeholder: 'e.g. Webhook processed successfully',
		displayOptions: { show: { respondWith: ['success', 'error'] } },
	},
	{
		displayName: 'Error Code',
		name: 'errorCode',
		type: 'string',
		default: 'PROCESSING_FAILED',
		placeholder: 'e.g. INVALID_INPUT',
		displayOptions: { show: { respondWith: ['error'] } },
	},
	{
		displayName: 'Response Body (JSON)',
		name: 'json',
		type: 'json',
		default: '={{ $json }}',
		displayOptions: { show: { respondWith: ['json'] } },
	},
	{
		displayName: 'Response Body',
		name: 'text',
		type: 'string',
		typeOptions: { rows: 3 },
		default: '',
		placeholder: 'e.g. OK',
		displayOptions: { show: { respondWith: ['text'] } },
	},
	{
		displayName: 'Options',
		name: 'options',
		type: 'collection',
		placeholder: 'Add option',
		default: {},
		options: [
			{
				displayName: 'Data (JSON)',
				name: 'data',
				type: 'json',
				default: '{}',
				placeholder: 'e.g. {"reply": "On its way"}',
				description: 'Added to the success format as data',
			},
			{
				displayName: 'Response Code',
				name: 'statusCode',
				type: 'number',
				typeOptions: { minValue: 200, maxValue: 599, numberPrecision: 0 },
				default: 200,
				description: 'Leave out for the default: 500 for Error, 204 for No Data, otherwise 200',
			},
			{
				displayName: 'Response Headers',
				name: 'headers',
				type: 'fixedCollection',
				typeOptions: { multipleValues: true },
				placeholder: 'Add header',
				default: {},
				options: headerFields,
			},
		],
	},
];

interface RespondOptions {
	data?: unknown;
	statusCode?: number;
	headers?: HeaderParameter;
}

/** The response is made from the first item. */
const readParameter = (context: IExecuteFunctions, name: string): string =>
	context.getNodeParameter(name, 0) as string;

/** The default status and the body of each kind of response. */
const REPLIES: Record<
	string,
	{ statusCode: number; body: (context: IExecuteFunctions, options: RespondOptions) => unknown }
> = {
	success: {
		statusCode: 200,
		body: (context, options) => {
			const data = parseJsonObject(options.data, 'Data (JSON)');
			return {
				success: true,
				message: readParameter(context, 'message'),
				execution_id: context.getExecutionId(),
				status: 'completed',
				...(data && { data }),
			};
		},
	},
	error: {
		statusCode: 500,
		body: (context) =>
			toReplyBody({
				code: readParameter(context, 'errorCode'),
				message: readParameter(context, 'message'),
			}),
	},
	firstIncomingItem: { statusCode: 200, body: (context) => context.getInputData().at(0)?.json },
	allIncomingItems: {
		statusCode: 200,
		body: (context) => context.getInputData().map(({ json }) => json),
	},
	json: {
		statusCode: 200,
		body: (context) => {
			const json: unknown = context.getNodeParameter('json', 0);
			return parseJsonParameter(json, 'Response Body (JSON)');
		},
	},
	text: { statusCode: 200, body: (context) => readParameter(context, 'text') },
	noData: { statusCode: 204, body: () => undefined },
};

function buildResponse(context: IExecuteFunctions): IN8nHttpFullResponse {
	const options = context.getNodeParameter('options', 0, {}) as RespondOptions;
	const reply = REPLIES[readParameter(context, 'respondWith')];
	const statusCode = options.statusCode ?? reply.statusCode;
	const headers = readHeaders(options.headers);
	return buildJsonResponse(statusCode, headers, reply.body(context, options));
}

export const respondOperation: Operation = {
	name: 'Respond',
	action: 'Respond to a webhook',
	description: 'Answer the request that the Agent Webhook Trigger received',
	properties,
	subtitle: ({ respondWith }, { names }) => [names.respondWith[respondWith || '']],
	subtitleNames: { respondWith: listOptionNames([respondWithProperty], 'respondWith') },
	execute: async (context): Promise<INodeExecutionData[][]> => {
		const items = context.getInputData();
		try {
			await context.sendResponse(buildResponse(context));
		} catch (cause) {
			const error = toNodeError(context, cause, 0);
			if (!context.continueOnFail()) throw error;
			return [
				items.map((_, index) => ({ json: { error: error.message }, pairedItem: { item: index } })),
			];
		}
		return [items.map((item, index) => ({ ...item, pairedItem: { item: index } }))];
	},
};
