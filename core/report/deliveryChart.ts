import truncate from 'lodash/truncate';

import { UTC } from '../lib/timeZone';
import type { StatsPart } from '../outbox/log/stats';

import { buildBars, countBar, PARTS, sum, type Bar, type ChartSubject } from './bars';
import { buildBreakdown, drawBreakdown, measureBreakdown } from './breakdown';
import { createDurationFormat, formatDate, formatNumber, formatYear, UNITS } from './chartLabels';
import {
	COLORS,
	drawLineSegment,
	drawText,
	estimateWidth,
	FONT,
	MARGIN,
	RIGHT,
	WIDTH,
} from './drawing';
import type { Unit } from './periods';
import { createScale, type Scale } from './scale';
import { createElement, type Element } from './svg';

/** Vertical position of a part of the picture; its legend is above it. */
interface Panel {
	legend: number;
	top: number;
	bottom: number;
}

const HEIGHT = 508;
const LEFT = 80;
const COUNTS: Panel = { legend: 92, top: 114, bottom: 302 };
const TIMES: Panel = { legend: 336, top: 358, bottom: 458 };
const MAX_TITLE_LENGTH = 84;
const MAX_BAR_WIDTH = 56;
const LABEL_DISTANCE = 64;
/** Narrower bars have no space for a number above them. */
const MIN_NUMBERED_WIDTH = 22;

const LINES = [
	{ name: 'p50', label: 'Half within (p50)', dashes: undefined },
	{ name: 'p95', label: '95 % within (p95)', dashes: '5 3' },
] as const;

/** Returns the height of a value above its panel's bottom. */
const getHeight = (value: number, { top }: Scale, panel: Panel): number =>
	(value / top) * (panel.bottom - panel.top);

const getY = (value: number, scale: Scale, panel: Panel): number =>
	panel.bottom - getHeight(value, scale, panel);

const drawAxis = (scale: Scale, panel: Panel, label: (mark: number) => string): Element[] =>
	scale.marks.flatMap((mark) => {
		const y = getY(mark, scale, panel);
		return [
			drawLineSegment(LEFT, RIGHT, y, mark === 0 ? COLORS.axis : COLORS.grid),
			drawText(LEFT - 8, y + 4, label(mark), { anchor: 'end' }),
		];
	});

interface Slots {
	width: number;
	/** Returns the x of a bar's middle. */
	getMiddle: (index: number) => number;
}

/** Describes a bar for the tooltip. */
function describeBar({ answered, counts, endMs, startMs }: Bar, unit: Unit): string {
	const last = formatDate(endMs - 1);
	const when = unit === 'day' ? last : `${formatDate(startMs)} to ${last}`;
	const times = answered === null ? [] : [`p50 ${answered.p50} ms`, `p95 ${answered.p95} ms`];
	const parts = PARTS.map(
		({ label, name }) => `${formatNumber(counts[name])} ${label.toLowerCase()}`,
	);
	return `${when}: ${[...parts, ...times].join(', ')}`;
}

/** Marks failures above the bar too: few among many would be too small to see in it. */
function drawFailureMark(
	{ counts: { failed } }: Bar,
	width: number,
	x: number,
	y: number,
): Element[] {
	if (failed === 0) return [];
	const color = COLORS.failed;
	return width < MIN_NUMBERED_WIDTH
		? [createElement('circle', { cx: x, cy: y - 5, r: 2.5, fill: color })]
		: [
				drawText(x, y - 5, formatNumber(failed), {
					anchor: 'middle',
					color,
					size: 11,
					weight: 600,
				}),
			];
}

function drawBar(bar: Bar, index: number, slots: Slots, scale: Scale, unit: Unit): Element {
	const width = Math.min(MAX_BAR_WIDTH, slots.width * 0.72);
	const middle = slots.getMiddle(index);
	let below = 0;
	const parts = PARTS.flatMap(({ name }) => {
		const count = bar.counts[name];
		if (count === 0) return [];
		below += count;
		return [
			createElement('rect', {
				class: name,
				x: middle - width / 2,
				y: getY(below, scale, COUNTS),
				width,
				height: getHeight(count, scale, COUNTS),
				fill: COLORS[name],
			}),
		];
	});
	return createElement('g', { class: 'bar' }, [
		createElement('title', {}, describeBar(bar, unit)),
		...parts,
		...drawFailureMark(bar, slots.width, middle, getY(below, scale, COUNTS)),
	]);
}

/** Draws a line through the periods that have response times; it has gaps at all others. */
function drawLine(
	{ dashes, name }: (typeof LINES)[number],
	bars: Bar[],
	slots: Slots,
	scale: Scale,
): Element {
	const points = bars.map(({ answered }, index) =>
		answered === null
			? undefined
			: { x: slots.getMiddle(index), y: getY(answered[name], scale, TIMES) },
	);
	const path = points
		.map((point, index) => {
			if (point === undefined) return '';
			const command = points[index - 1] === undefined ? 'M' : 'L';
			return `${command}${point.x.toFixed(2)} ${point.y.toFixed(2)}`;
		})
		.join('');
	const stroke = { stroke: COLORS[name], 'stroke-width': 2 };
	const r = slots.width < MIN_NUMBERED_WIDTH ? 2 : 3.5;
	return createElement('g', { class: name }, [
		createElement('path', {
			d: path,
			fill: 'none',
			...stroke,
			'stroke-dasharray': dashes,
			'stroke-linejoin': 'round',
		}),
		...points.flatMap((point) =>
			point === undefined
				? []
				: [createElement('circle', { cx: point.x, cy: point.y, r, fill: COLORS.panel, ...stroke })],
		),
	]);
}

function drawTimeLabels(bars: Bar[], slots: Slots, unit: Unit): Element[] {
	const every = Math.ceil(LABEL_DISTANCE / slots.width);
	let shownYear = '';
	return bars.flatMap(({ startMs }, index) => {
		if (index % every !== 0) return [];
		const [x, label, year] = [
			slots.getMiddle(index),
			UNITS[unit].label(startMs),
			formatYear(startMs),
		];
		const isNewYear = year !== shownYear && year !== label;
		shownYear = year;
		return [
			drawText(x, TIMES.bottom + 18, label, { anchor: 'middle' }),
			...(isNewYear ? [drawText(x, TIMES.bottom + 34, year, { anchor: 'middle', size: 11 })] : []),
		];
	});
}

/** Draws a panel's name, and its symbols with their meanings. */
function drawLegend(
	name: string,
	y: number,
	entries: Array<{ label: string; symbol: (x: number) => Element }>,
): Element[] {
	let x = MARGIN + estimateWidth(name) + 28;
	return [
		drawText(MARGIN, y, name, { color: COLORS.title, size: 13, weight: 600 }),
		...entries.flatMap(({ label, symbol }) => {
			const drawn = [symbol(x), drawText(x + 26, y, label)];
			x += 26 + estimateWidth(label) + 20;
			return drawn;
		}),
	];
}

function drawCountsPanel(bars: Bar[], slots: Slots, unit: Unit): Element[] {
	const scale = createScale(Math.max(...bars.map(countBar)), 5);
	const y = COUNTS.legend;
	return [
		...drawLegend(
			'Deliveries',
			y,
			PARTS.map(({ label, name }) => ({
				label: `${label}: ${formatNumber(sum(bars.map(({ counts }) => counts[name])))}`,
				symbol: (x) =>
					createElement('rect', { x: x + 6, y: y - 11, width: 14, height: 14, fill: COLORS[name] }),
			})),
		),
		...drawAxis(scale, COUNTS, formatNumber),
		...bars.map((bar, index) => drawBar(bar, index, slots, scale, unit)),
	];
}

function drawTimesPanel(bars: Bar[], slots: Slots): Element[] {
	const scale = createScale(Math.max(0, ...bars.map(({ answered }) => answered?.p95 ?? 0)), 3);
	const y = TIMES.legend;
	return [
		...drawLegend(
			'Response time',
			y,
			LINES.map(({ dashes, label, name }) => ({
				label,
				symbol: (x) =>
					drawLineSegment(x, x + 20, y - 4, COLORS[name], {
						'stroke-width': 2,
						'stroke-dasharray': dashes,
					}),
			})),
		),
		...drawAxis(scale, TIMES, createDurationFormat(scale.top)),
		...LINES.map((style) => drawLine(style, bars, slots, scale)),
	];
}

const drawNote = (panel: Panel, note: string): Element =>
	drawText((LEFT + RIGHT) / 2, (panel.top + panel.bottom) / 2 + 5, note, {
		anchor: 'middle',
		size: 15,
	});

/**
 * Draws deliveries over time as an SVG file: a bar for each day, week, month or year in which events were
 * accepted, split by outcome, and lines for the response times. The file has its own background and
 * refers to nothing outside.
 * @param parts the deliveries, counted, in any order
 */
export function drawDeliveryChart(parts: StatsPart[], subject: ChartSubject): string {
	const { zone = UTC } = subject;
	const { bars, fromMs, toMs, unit } = buildBars(parts, subject);
	const breakdown = subject.breakdown && buildBreakdown(parts, subject.breakdown);
	const height = HEIGHT + measureBreakdown(breakdown);
	const width = (RIGHT - LEFT) / bars.length;
	const slots = { width, getMiddle: (index: number) => LEFT + (index + 0.5) * width };
	const title = truncate(subject.title, { length: MAX_TITLE_LENGTH, omission: '…' });
	const range = `${UNITS[unit].name}, ${formatDate(fromMs)} to ${formatDate(toMs)} (${zone.name})`;
	return createElement(
		'svg',
		{
			xmlns: 'http://www.w3.org/2000/svg',
			viewBox: `0 0 ${WIDTH} ${height}`,
			width: WIDTH,
			height,
			role: 'img',
			'font-family': FONT,
		},
		[
			createElement('title', {}, `${title}. ${range}`),
			createElement('rect', {
				x: 0.5,
				y: 0.5,
				width: WIDTH - 1,
				height: height - 1,
				rx: 8,
				fill: COLORS.panel,
				stroke: COLORS.border,
			}),
			drawText(MARGIN, 36, title, { color: COLORS.title, size: 18, weight: 600 }),
			drawText(MARGIN, 58, range, { size: 13 }),
			...drawCountsPanel(bars, slots, unit),
			...drawTimesPanel(bars, slots),
			...drawTimeLabels(bars, slots, unit),
			...drawBreakdown(breakdown, HEIGHT),
			...(bars.every((bar) => countBar(bar) === 0) ? [drawNote(COUNTS, 'No deliveries')] : []),
			...(bars.every(({ answered }) => answered === null) ? [drawNote(TIMES, 'No responses')] : []),
		],
	).markup;
}
