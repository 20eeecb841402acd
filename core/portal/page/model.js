/** Turns what the API answers into what the views show. */

/** The address of an endpoint whose events go to a workflow in n8n. */
const WORKFLOW_URL = 'n8n:workflow';

/** Returns whether an endpoint is a workflow, which has neither a URL nor a secret. */
const isWorkflow = ({ url }) => url === WORKFLOW_URL;

/** Returns what people read in place of an endpoint's URL. */
const toAddress = (t, endpoint) => (isWorkflow(endpoint) ? t('endpoint.workflow') : endpoint.url);

const STATUS_KEYS = ['sent', 'waiting', 'failed', 'sending', 'canceled'];

/** Returns the word for the state of a message or an attempt. */
const toStatusKey = ({ status, waitsFor }) =>
	waitsFor === 'replay' ? 'held' : (STATUS_KEYS[status] ?? 'failed');

/** Says what an event waits for; nothing if it does not wait. */
const describeWait = ({ t, formatTime }, { nextAttempt, waitsFor }) =>
	[
		waitsFor && t(`waits.${waitsFor}`),
		nextAttempt && t('log.next', { time: formatTime(nextAttempt) }),
	]
		.filter(Boolean)
		.join(' ');

/**
 * Returns an endpoint's health.
 * @returns `disabled`, `paused`, `failing`, `idle` or `healthy`
 */
function toHealth({ disabled, failingSince, paused, week }) {
	if (disabled) return 'disabled';
	if (paused) return 'paused';
	if (failingSince) return 'failing';
	return week.success + week.fail === 0 ? 'idle' : 'healthy';
}

/** Returns the share of finished deliveries that arrived; `undefined` if none has finished. */
function toSuccessShare({ fail, success }) {
	const finished = success + fail;
	return finished === 0 ? undefined : success / finished;
}

/** Says in words which events an endpoint gets. */
function describeSubscription({ t, formatList }, { channels, conditions = [], eventTypes }) {
	const types = eventTypes ?? [];
	const sentences = [
		types.length === 0 ? t('gets.all') : t('gets.types', { types: formatList(types) }),
	];
	if (channels?.length > 0)
		sentences.push(t('gets.channels', { count: channels.length, channels: formatList(channels) }));
	if (conditions.length > 0) {
		sentences.push(t('gets.conditions', { conditions: formatList(conditions) }));
	}
	return sentences.join(' ');
}

/** Splits what a person typed into names. */
const splitNames = (text) => [...new Set(text.split(/[\s,;]+/).filter(Boolean))];

/**
 * Returns the body that creates or changes an endpoint.
 * @param values of the form
 * @param isFixed whether the address cannot be changed
 * @param session its filter stands for "all": a link with a filter can ask for nothing else
 */
function toEndpointBody({ channels, description, eventTypes, getsAll, isFixed, url }, session) {
	const types = getsAll ? session.eventTypes : eventTypes;
	const names = splitNames(channels);
	const chosenChannels = names.length === 0 ? session.channels : names;
	return {
		...(!isFixed && { url: url.trim() }),
		description: description.trim(),
		eventTypes: types.length === 0 ? null : types,
		channels: chosenChannels.length === 0 ? null : chosenChannels,
	};
}

/** Returns the fields that a person changed: the others may be newer at the server than on the page. */
const pickChanged = (body, before) =>
	Object.fromEntries(
		Object.entries(body).filter(
			([name, value]) => JSON.stringify(value) !== JSON.stringify(before[name]),
		),
	);

/** Checks a form before it is sent. @returns the key of what is wrong; `undefined` if nothing is */
function findFormFault({ eventTypes, getsAll, isFixed, url }) {
	if (!isFixed && !/^https?:\/\/[^\s/]+/i.test(url.trim())) return 'form.urlFault';
	return !getsAll && eventTypes.length === 0 ? 'form.typesFault' : undefined;
}

/** Groups event types as the catalog does, those without a group first. */
function groupTypes(types) {
	const groups = new Map();
	for (const type of types) {
		const name = type.groupName ?? '';
		groups.set(name, [...(groups.get(name) ?? []), type]);
	}
	return [...groups].sort(([a], [b]) => a.localeCompare(b));
}

/** Returns the query of the log for the values of its filters. */
const toLogQuery = ({ since, status, type }, iterator) => ({
	limit: '20',
	status,
	event_types: type,
	after: since,
	iterator,
});

/** Adds up what one more run of a recovery did. */
const addReports = (sum, report) => ({
	deliveries: sum.deliveries + report.deliveries,
	kept: report.kept,
	reason: report.reason ?? sum.reason,
	isComplete: report.isComplete,
});

const NO_REPORT = { deliveries: 0, kept: 0, reason: null, isComplete: false };

module.exports = {
	addReports,
	describeSubscription,
	describeWait,
	findFormFault,
	groupTypes,
	isWorkflow,
	NO_REPORT,
	pickChanged,
	toAddress,
	toEndpointBody,
	toHealth,
	toLogQuery,
	toStatusKey,
	toSuccessShare,
};
