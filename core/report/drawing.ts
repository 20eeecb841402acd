import { createElement, type Element } from './svg';

/** What all parts of a chart are drawn with. */

export const WIDTH = 960;
export const MARGIN = 24;
export const RIGHT = WIDTH - MARGIN;

export const COLORS = {
	panel: '#ffffff',
	border: '#d8dce3',
	grid: '#e7eaef',
	axis: '#9aa2af',
	text: '#4a5160',
	title: '#1f2430',
	delivered: '#4caf8e',
	failed: '#d5392f',
	other: '#c3c9d4',
	p50: '#27408b',
	p95: '#9b4fc4',
};
export const FONT = 'system-ui, -apple-system, Segoe UI, Roboto, Helvetica, Arial, sans-serif';

export const drawText = (
	x: number,
	y: number,
	content: string,
	{ anchor = 'start', color = COLORS.text, size = 12, weight = 400 } = {},
): Element =>
	createElement(
		'text',
		{ x, y, 'text-anchor': anchor, fill: color, 'font-size': size, 'font-weight': weight },
		content,
	);

export const drawLineSegment = (
	x1: number,
	x2: number,
	y: number,
	color: string,
	more = {},
): Element => createElement('line', { x1, x2, y1: y, y2: y, stroke: color, ...more });

/** Estimates the width of a text, which only a renderer knows exactly. */
export const estimateWidth = (content: string): number => content.length * 6.4;
