import type { IWebhookFunctions } from 'n8n-workflow';

/** A response as it was sent, e.g. to the leader of a burst. */
export interface CapturedResponse {
	statusCode: number;
	contentType: string | undefined;
	/** The bytes sent, if they were sent in one piece. */
	body: string | Buffer | undefined;
}

type Response = ReturnType<IWebhookFunctions['getResponseObject']>;

export const isSuccess = ({ statusCode }: { statusCode: number }): boolean =>
	statusCode >= 200 && statusCode < 300;

/**
 * Calls `onAnswered`, maybe twice, when the response was sent, or would have been if the caller had not
 * disconnected: n8n continues without them, and its response shows whether it accepted the request.
 */
export function captureResponse(
	response: Response,
	onAnswered: (captured: CapturedResponse) => void,
): void {
	let body: CapturedResponse['body'];
	let isAnswered = false;
	let isDisconnected = response.destroyed;
	const report = () => {
		const contentType = response.getHeader('content-type');
		onAnswered({
			statusCode: response.statusCode,
			contentType: typeof contentType === 'string' ? contentType : undefined,
			body,
		});
	};
	const end = response.end.bind(response) as (...parameters: unknown[]) => Response;
	response.end = (...parameters: unknown[]) => {
		const [chunk] = parameters;
		if (typeof chunk === 'string' || Buffer.isBuffer(chunk)) body = chunk;
		isAnswered = true;
		const ended = end(...parameters);
		if (isDisconnected) report();
		return ended;
	};
	response.once('finish', report);
	response.once('close', () => {
		isDisconnected = true;
		if (isAnswered) report();
	});
}

/** Replaces the body of a success, whatever n8n makes of the workflow's last node. */
export function replaceSuccessBody(
	response: Response,
	{ body, contentType }: { body: string; contentType: string },
): void {
	const end = response.end.bind(response) as (...parameters: unknown[]) => Response;
	response.end = (...parameters: unknown[]) => {
		if (!isSuccess(response) || response.headersSent) return end(...parameters);
		response.removeHeader('Content-Length');
		response.removeHeader('Content-Type');
		if (body !== '') response.setHeader('Content-Type', contentType);
		return end(body);
	};
}
