import groupBy from 'lodash/groupBy';
import maxBy from 'lodash/maxBy';
import orderBy from 'lodash/orderBy';
import truncate from 'lodash/truncate';

import { countDeliveries, type StatsPart } from '../outbox/log/stats';

import { countParts, PARTS, sum, type Counts } from './bars';
import { formatNumber } from './chartLabels';
import { COLORS, drawText, MARGIN, RIGHT } from './drawing';
import { createElement, type Element } from './svg';

/** The deliveries of one endpoint or tenant, counted by outcome. */
interface Line {
	label: string;
	counts: Counts;
}

export interface Breakdown {
	title: string;
	/** Those with most deliveries first; the last one sums up the others if there are many. */
	lines: Line[];
}

const MAX_LINES = 12;
const LINE_HEIGHT = 24;
const BAR_HEIGHT = 14;
const BAR_LEFT = 260;
const BAR_RIGHT = RIGHT - 150;
const TITLE_HEIGHT = 44;
const MAX_LABEL_LENGTH = 34;

const TITLES = { endpoint: 'By endpoint', tenant: 'By tenant' };

const countLine = ({ counts }: Line): number => sum(PARTS.map(({ name }) => counts[name]));

const toLine = (label: string, parts: StatsPart[]): Line => ({
	label,
	counts: countParts(countDeliveries(parts)),
});

/** Counts deliveries by endpoint or by tenant. */
export function buildBreakdown(parts: StatsPart[], by: 'endpoint' | 'tenant'): Breakdown {
	const groups = groupBy(parts, by === 'endpoint' ? 'endpointId' : 'tenantId');
	const all = Object.entries(groups).map(([id, group]) => {
		const name = by === 'endpoint' ? maxBy(group, 'acceptedMs')?.endpointName : undefined;
		return { group, line: toLine(name || id, group) };
	});
	const sorted = orderBy(all, [({ line }) => countLine(line), 'line.label'], ['desc', 'asc']);
	const shown = sorted.length > MAX_LINES ? sorted.slice(0, MAX_LINES - 1) : sorted;
	const others = sorted.slice(shown.length);
	return {
		title: TITLES[by],
		lines: [
			...shown.map(({ line }) => line),
			...(others.length > 0
				? [
						toLine(
							`${formatNumber(others.length)} others`,
							others.flatMap(({ group }) => group),
						),
					]
				: []),
		],
	};
}

/** Returns the height that a breakdown takes. */
export const measureBreakdown = (breakdown: Breakdown | undefined): number =>
	breakdown === undefined ? 0 : TITLE_HEIGHT + breakdown.lines.length * LINE_HEIGHT + MARGIN;

function drawLine(line: Line, y: number, most: number): Element {
	const total = countLine(line);
	const { failed } = line.counts;
	let left = BAR_LEFT;
	const bars = PARTS.flatMap(({ name }) => {
		const width = (line.counts[name] / most) * (BAR_RIGHT - BAR_LEFT);
		if (width <= 0) return [];
		const x = left;
		left += width;
		const position = { x, y: y - BAR_HEIGHT + 3, width, height: BAR_HEIGHT };
		return [createElement('rect', { class: name, ...position, fill: COLORS[name] })];
	});
	const details = PARTS.map(
		({ label, name }) => `${formatNumber(line.counts[name])} ${label.toLowerCase()}`,
	);
	const failures = failed > 0 ? `, ${formatNumber(failed)} failed` : '';
	return createElement('g', { class: 'line' }, [
		createElement('title', {}, `${line.label}: ${details.join(', ')}`),
		drawText(BAR_LEFT - 12, y, truncate(line.label, { length: MAX_LABEL_LENGTH, omission: '…' }), {
			anchor: 'end',
		}),
		...bars,
		drawText(left + 8, y, `${formatNumber(total)}${failures}`, {
			color: failed > 0 ? COLORS.failed : COLORS.text,
		}),
	]);
}

/** Draws a breakdown below the rest of the chart. */
export function drawBreakdown(breakdown: Breakdown | undefined, top: number): Element[] {
	if (breakdown === undefined) return [];
	const most = Math.max(1, ...breakdown.lines.map(countLine));
	return [
		drawText(MARGIN, top + 22, breakdown.title, { color: COLORS.title, size: 13, weight: 600 }),
		...breakdown.lines.map((line, index) =>
			drawLine(line, top + TITLE_HEIGHT + (index + 0.5) * LINE_HEIGHT, most),
		),
	];
}
