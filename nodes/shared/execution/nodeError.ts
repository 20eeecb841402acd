import { NodeOperationError, type IExecuteFunctions } from 'n8n-workflow';

/** Errors of the language and of libraries. Their messages mean nothing to the workflow's owner. */
const INTERNAL_ERRORS = new Set([
	'RangeError',
	'ReferenceError',
	'SyntaxError',
	'TypeError',
	'URIError',
	'ZodError',
]);

const INTERNAL_ERROR_MESSAGE =
	'The node failed because of a bug in this package. Report it with the workflow and the input item, but without secrets. n8n’s log has the details.';

/**
 * Replaces an internal error by one for the workflow's owner; n8n's log gets the details.
 * @returns any other error as it is
 */
export function hideInternalError(
	context: IExecuteFunctions,
	error: Error,
	itemIndex: number,
): Error {
	if (!INTERNAL_ERRORS.has(error.name)) return error;
	context.logger.error(`${context.getNode().name}: ${error.stack ?? error.message}`);
	return new NodeOperationError(context.getNode(), INTERNAL_ERROR_MESSAGE, { itemIndex });
}

/** Turns anything thrown while an item was processed into an error for the workflow's owner. */
export const toNodeError = (
	context: IExecuteFunctions,
	cause: unknown,
	itemIndex: number,
): NodeOperationError =>
	new NodeOperationError(context.getNode(), hideInternalError(context, cause as Error, itemIndex), {
		itemIndex,
	});
