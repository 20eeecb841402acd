import get from 'lodash/get';
import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';

import type { DeliveryResult } from '../../../../core/outbox/model';
import { toAnswerItem } from '../../../../core/sending/answerItem';
import type { DeliveryReport } from '../../../../core/sending/deliver';

/** Most bytes that are kept of an answer that is output as an item. */
export const MAX_ANSWER_BYTES = 1024 * 1024;

/** Returns whether the option "Wait for Answers" is on. It is a choice of its own: no expression can make it. */
export const readWaitForAnswers = (context: IExecuteFunctions): boolean =>
	get(context.getNode().parameters, 'options.waitForAnswers') === true;

/** Returns the item of an answer, made from the delivery's result item. */
export const toAnswer = (json: IDataObject, response: DeliveryReport['response']): IDataObject =>
	toAnswerItem(json, response) as IDataObject;

/** Returns the answer to a delivery: this run's, or what the log kept of an earlier one. */
export function findResponse({ delivery, response }: DeliveryResult): DeliveryReport['response'] {
	if (response !== null) return response;
	const last = delivery.attemptLog[delivery.attemptLog.length - 1];
	return last?.response === undefined
		? null
		: { status_code: last.status_code ?? 0, ...last.response };
}
