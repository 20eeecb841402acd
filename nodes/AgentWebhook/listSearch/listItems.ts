import type { INodeListSearchItems, INodeListSearchResult } from 'n8n-workflow';

/** Returns a column's text; an empty one if the column has none. */
export const readText = (value: unknown): string => (typeof value === 'string' ? value : '');

/** Formats an ISO 8601 time for a list, e.g. "2026-01-31 12:00". */
export const formatMinute = (time: unknown): string =>
	readText(time).slice(0, 16).replace('T', ' ');

/**
 * Keeps the items whose name or value contains a text, in any case.
 * @param filter as typed into the list's search field
 */
export const filterItems = (items: INodeListSearchItems[], filter = ''): INodeListSearchResult => ({
	results: items.filter(({ name, value }) =>
		`${name} ${value}`.toLowerCase().includes(filter.toLowerCase()),
	),
});
