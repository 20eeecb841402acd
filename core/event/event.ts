/** An event, ready to be written into a platform's envelope. */
export interface WebhookEvent {
	/** ID by which the receiver recognizes a repeated delivery. */
	id: string;
	/** e.g. `workflow.execution.completed` */
	type: string;
	timeMs: number;
	/** The webhook that the event is sent for, if the platform's envelope names it. */
	webhook: { id: string; name: string };
	/** The source of the event, as a URI or a path, if the platform's envelope names it. */
	source?: string;
	data: unknown;
	/** `true` for a test event, which its receiver must be able to tell from a real one. */
	isTest?: boolean;
}
