/** The templates, and what n8n makes of their nodes. */
const fs = require('node:fs');
const path = require('node:path');

const { NodeHelpers } = require('n8n-workflow');

const { root } = require('./project');

const folder = path.join(root, 'templates');

/** The templates' names: those of their files, without `.json`. */
const TEMPLATES = fs
	.readdirSync(folder)
	.map((file) => path.basename(file, '.json'))
	.sort();

/** A template as its file has it. */
const readTemplate = (name) =>
	JSON.parse(fs.readFileSync(path.join(folder, `${name}.json`), 'utf8'));

/**
 * A node's parameters as n8n reads them: those that its description does not have, or does not show
 * beside the others, are not among them.
 * @param description of the node's type
 */
const parametersReadBy = (description, node) =>
	NodeHelpers.getNodeParameters(
		description.properties,
		node.parameters,
		true,
		false,
		node,
		description,
	);

/** What n8n's editor finds wrong with a node's parameters, by their names. */
const parameterIssues = (description, node) =>
	NodeHelpers.getNodeParametersIssues(description.properties, node, description)?.parameters ?? {};

module.exports = { parameterIssues, parametersReadBy, readTemplate, TEMPLATES };
