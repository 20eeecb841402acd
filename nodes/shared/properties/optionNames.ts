import type { INodeProperties } from 'n8n-workflow';

/**
 * Returns the names of the options of all parameters with a name, by option value.
 * @param properties may have several parameters of the name, each shown for other choices
 */
export function listOptionNames(
	properties: INodeProperties[],
	name: string,
): Record<string, string> {
	const options = properties
		.filter((property) => property.name === name)
		.flatMap((property) => property.options ?? []);
	return Object.fromEntries(
		options.flatMap((option) => ('value' in option ? [[String(option.value), option.name]] : [])),
	);
}
