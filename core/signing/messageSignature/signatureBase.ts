import type { ComponentReader } from './components';
import { writeItem, writeMember, type InnerList, type Item } from './structuredFields';

/** Returns a component with its parameters in alphabetical order: their order makes no other component. */
const identify = ({ parameters, value }: Item): string =>
	writeItem({ value, parameters: new Map([...parameters].sort(([a], [b]) => (a < b ? -1 : 1))) });

/** Returns whether a component is listed twice. */
export const hasRepeatedComponent = ({ items }: InnerList): boolean =>
	new Set(items.map(identify)).size < items.length;

/** A component whose value cannot be read, as it is written. */
export interface UnreadableComponent {
	component: string;
}

/**
 * Builds the text that is signed (https://www.rfc-editor.org/rfc/rfc9421#section-2.5).
 * @param input the components and the parameters of a signature
 * @param components reads those of the request
 */
export function buildSignatureBase(
	input: InnerList,
	components: ComponentReader,
): string | UnreadableComponent {
	const lines: string[] = [];
	for (const item of input.items) {
		const value = components.read(item);
		if (value === undefined) return { component: writeItem(item) };
		lines.push(`${writeItem(item)}: ${value}`);
	}
	return [...lines, `"@signature-params": ${writeMember(input)}`].join('\n');
}
