/** Reads the templates, and their nodes' parameters as n8n does. */
const fs = require('node:fs');
const path = require('node:path');

const { NodeHelpers } = require('n8n-workflow');

const { root } = require('./project');

const folder = path.join(root, 'templates');

/** Names of the templates: their files without `.json`. */
const TEMPLATES = fs
	.readdirSync(folder)
	.map((file) => path.basename(file, '.json'))
	.sort();

/** Reads a template's workflow. */
const readTemplate = (name) =>
	JSON.parse(fs.readFileSync(path.join(folder, `${name}.json`), 'utf8'));

/**
 * Returns a node's parameters as n8n reads them: without those that its description lacks or hides.
 * @param description of the node's type
 */
const resolveParameters = (description, node) =>
	NodeHelpers.getNodeParameters(
		description.properties,
		node.parameters,
		true,
		false,
		node,
		description,
	);

/** Returns what n8n's editor finds wrong with a node's parameters, by parameter name. */
const findParameterIssues = (description, node) =>
	NodeHelpers.getNodeParametersIssues(description.properties, node, description)?.parameters ?? {};

module.exports = { findParameterIssues, resolveParameters, readTemplate, TEMPLATES };
