import { cutText } from '../../lib/cutText';
import type { DeliveryReport } from '../../sending/deliver';
import { MAX_RESPONSE_BYTES } from '../endpoint/endpointTarget';

/** Bytes of all whole answers of a run together: as many endpoints may answer, each as much as it is allowed to. */
const MAX_ANSWERS_BYTES = 64 * 1_048_576;

/** Bounds what a run keeps of answers that its caller wants whole. */
export class AnswerKeeper {
	private bytes = 0;

	/**
	 * Returns what is kept of a delivery's last answer: all of it after a success, and otherwise, or if the run has kept
	 * too much, its beginning.
	 */
	keep({ response, status }: DeliveryReport): DeliveryReport['response'] {
		if (response === null) return null;
		const size = Buffer.byteLength(response.body, 'utf8');
		if (size <= MAX_RESPONSE_BYTES) return response;
		if (status === 'delivered' && this.bytes + size <= MAX_ANSWERS_BYTES) {
			this.bytes += size;
			return response;
		}
		return { ...response, body: cutText(response.body, MAX_RESPONSE_BYTES), body_truncated: true };
	}
}
