/** The operations of the action node, and parameters as n8n stores them. */
const { NodeHelpers } = require('n8n-workflow');

const { NODES } = require('../harness/contexts');

/** Each operation's option in the editor, with its resource. */
const OPERATIONS = NODES.agentWebhook.description.properties
	.filter(({ name }) => name === 'operation')
	.flatMap(({ displayOptions, options }) =>
		options.map((operation) => ({ resource: displayOptions.show.resource[0], ...operation })),
	);

/** For `test.each`: a name, and the operation. */
const CASES = OPERATIONS.map((operation) => [
	`${operation.resource} ${operation.value}`,
	operation,
]);

/** Returns all options of the parameters with a name. */
const listOptions = ({ properties }, name) =>
	properties.filter((property) => property.name === name).flatMap(({ options }) => options);

/** Returns parameters as n8n has them once a person has set some: with the others' defaults. */
function fillInDefaults(type, parameters) {
	const { description } = NODES[type];
	const node = { type, typeVersion: description.version[0], parameters };
	const { properties } = description;
	return NodeHelpers.getNodeParameters(properties, parameters, true, false, node, description);
}

/** Returns the notices that a person sees. */
function findNotices(type, parameters) {
	const { description } = NODES[type];
	const node = { type, typeVersion: description.version[0] };
	const values = fillInDefaults(type, parameters);
	return description.properties
		.filter((property) => property.type === 'notice')
		.filter((property) =>
			NodeHelpers.displayParameter(values, property, node, description, values),
		);
}

const listNotices = (type, parameters) => findNotices(type, parameters).map(({ name }) => name);

/** Lists the texts of the notices that the editor shows for parameters. */
const listNoticeTexts = (type, parameters) =>
	findNotices(type, parameters).map(({ displayName }) => displayName);

module.exports = { CASES, fillInDefaults, listNotices, listNoticeTexts, listOptions, OPERATIONS };
