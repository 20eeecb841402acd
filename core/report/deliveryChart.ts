import truncate from 'lodash/truncate';

import { countDeliveries, type DeliveryStats } from '../outbox/log/stats';
import type { Delivery } from '../outbox/model';

import { splitIntoPeriods, type Period, type Unit } from './periods';
import { createScale, type Scale } from './scale';
import { createElement, type Element } from './svg';

/** Where a part of the picture stands; its legend is above it. */
interface Panel {
	legend: number;
	top: number;
	bottom: number;
}

const WIDTH = 960;
const HEIGHT = 508;
const MARGIN = 24;
const [LEFT, RIGHT] = [80, WIDTH - MARGIN];
const COUNTS: Panel = { legend: 92, top: 114, bottom: 302 };
const TIMES: Panel = { legend: 336, top: 358, bottom: 458 };
const MAX_TITLE_LENGTH = 84;
const MAX_BARS = 62;
const MAX_BAR_WIDTH = 56;
const LABEL_DISTANCE = 64;
/** Narrower bars have no room for a number above them. */
const NUMBERED_FROM = 22;

const COLORS = {
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
const FONT = 'system-ui, -apple-system, Segoe UI, Roboto, Helvetica, Arial, sans-serif';

/** What the bars are stacked from, from below. */
const PARTS = [
	{ name: 'delivered', label: 'Delivered' },
	{ name: 'failed', label: 'Failed' },
	{ name: 'other', label: 'Pending or held' },
] as const;

const LINES = [
	{ name: 'p50', label: 'Half within (p50)', dashes: undefined },
	{ name: 'p95', label: '95 % within (p95)', dashes: '5 3' },
] as const;

type Counts = Record<(typeof PARTS)[number]['name'], number>;

interface Bar extends Period {
	counts: Counts;
	answered: DeliveryStats['response_time_ms'];
}

/** What a chart is about. */
export interface ChartSubject {
	/** E.g. which endpoint's deliveries these are. */
	title: string;
	/** Where the time begins; absent for the first delivery. */
	sinceMs?: number;
	/** Where it ends, at the present at the latest; absent for the present. */
	untilMs?: number;
	nowMs: number;
}

const numberFormat = new Intl.NumberFormat('en-US');
const written = (number: number): string => numberFormat.format(number);

const dateText = (options: Intl.DateTimeFormatOptions): ((ms: number) => string) => {
	const format = new Intl.DateTimeFormat('en-US', { ...options, timeZone: 'UTC' });
	return (ms) => format.format(ms);
};
const dayOf = dateText({ month: 'short', day: 'numeric' });
const monthOf = dateText({ month: 'short' });
const yearOf = dateText({ year: 'numeric' });
const dateOf = dateText({ year: 'numeric', month: 'short', day: 'numeric' });

const UNITS: Record<Unit, { name: string; label: (ms: number) => string }> = {
	day: { name: 'Days', label: dayOf },
	week: { name: 'Weeks from Monday', label: dayOf },
	month: { name: 'Months', label: monthOf },
	year: { name: 'Years', label: yearOf },
};

const SECONDS_FROM_MS = 10_000;

const durationOf = (topMs: number): ((ms: number) => string) =>
	topMs < SECONDS_FROM_MS ? (ms) => `${written(ms)} ms` : (ms) => `${written(ms / 1000)} s`;

const sum = (values: number[]): number => values.reduce((total, value) => total + value, 0);

const totalOf = ({ counts }: Bar): number => sum(PARTS.map(({ name }) => counts[name]));

function barOf(period: Period, deliveries: Delivery[]): Bar {
	const stats = countDeliveries(deliveries);
	const { failed_deliveries: failed, successful_deliveries: delivered } = stats;
	const other = stats.total_deliveries - delivered - failed;
	return { ...period, counts: { delivered, failed, other }, answered: stats.response_time_ms };
}

function barsOf(deliveries: Delivery[], { nowMs, sinceMs, untilMs }: ChartSubject) {
	const times = deliveries.map(({ acceptedAt }) => Date.parse(acceptedAt));
	const firstMs = times.reduce((first, ms) => Math.min(first, ms), sinceMs ?? Infinity);
	const lastMs = times.reduce((last, ms) => Math.max(last, ms), -Infinity);
	const toMs = Math.max(lastMs, untilMs === undefined ? nowMs : Math.min(untilMs - 1, nowMs));
	const fromMs = Math.max(0, Math.min(firstMs, toMs));
	const { periods, unit } = splitIntoPeriods(fromMs, toMs, MAX_BARS);
	const own: Delivery[][] = periods.map(() => []);
	deliveries.forEach((delivery, index) => {
		own[periods.findIndex(({ endMs }) => times[index] < endMs)].push(delivery);
	});
	return { bars: periods.map((period, index) => barOf(period, own[index])), unit, fromMs, toMs };
}

const text = (
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

const line = (x1: number, x2: number, y: number, color: string, more = {}): Element =>
	createElement('line', { x1, x2, y1: y, y2: y, stroke: color, ...more });

/** How high a value stands above its panel's bottom. */
const heightOf = (value: number, { top }: Scale, panel: Panel): number =>
	(value / top) * (panel.bottom - panel.top);

const yOf = (value: number, scale: Scale, panel: Panel): number =>
	panel.bottom - heightOf(value, scale, panel);

const axis = (scale: Scale, panel: Panel, label: (mark: number) => string): Element[] =>
	scale.marks.flatMap((mark) => {
		const y = yOf(mark, scale, panel);
		return [
			line(LEFT, RIGHT, y, mark === 0 ? COLORS.axis : COLORS.grid),
			text(LEFT - 8, y + 4, label(mark), { anchor: 'end' }),
		];
	});

interface Slots {
	width: number;
	/** The middle of a bar's place. */
	middle: (index: number) => number;
}

function description({ answered, counts, endMs, startMs }: Bar, unit: Unit): string {
	const last = dateOf(endMs - 1);
	const when = unit === 'day' ? last : `${dateOf(startMs)} to ${last}`;
	const times = answered === null ? [] : [`p50 ${answered.p50} ms`, `p95 ${answered.p95} ms`];
	const parts = PARTS.map(({ label, name }) => `${written(counts[name])} ${label.toLowerCase()}`);
	return `${when}: ${[...parts, ...times].join(', ')}`;
}

/** Failures stand above the bar too: few among many would be too low to be seen in it. */
function failureMark({ counts: { failed } }: Bar, width: number, x: number, y: number): Element[] {
	if (failed === 0) return [];
	const color = COLORS.failed;
	return width < NUMBERED_FROM
		? [createElement('circle', { cx: x, cy: y - 5, r: 2.5, fill: color })]
		: [text(x, y - 5, written(failed), { anchor: 'middle', color, size: 11, weight: 600 })];
}

function drawBar(bar: Bar, index: number, slots: Slots, scale: Scale, unit: Unit): Element {
	const width = Math.min(MAX_BAR_WIDTH, slots.width * 0.72);
	const middle = slots.middle(index);
	let below = 0;
	const parts = PARTS.flatMap(({ name }) => {
		const count = bar.counts[name];
		if (count === 0) return [];
		below += count;
		return [
			createElement('rect', {
				class: name,
				x: middle - width / 2,
				y: yOf(below, scale, COUNTS),
				width,
				height: heightOf(count, scale, COUNTS),
				fill: COLORS[name],
			}),
		];
	});
	return createElement('g', { class: 'bar' }, [
		createElement('title', {}, description(bar, unit)),
		...parts,
		...failureMark(bar, slots.width, middle, yOf(below, scale, COUNTS)),
	]);
}

/** A line through the periods in which there were answers; it breaks where there were none. */
function drawLine(
	{ dashes, name }: (typeof LINES)[number],
	bars: Bar[],
	slots: Slots,
	scale: Scale,
): Element {
	const points = bars.map(({ answered }, index) =>
		answered === null
			? undefined
			: { x: slots.middle(index), y: yOf(answered[name], scale, TIMES) },
	);
	const path = points
		.map((point, index) => {
			if (point === undefined) return '';
			const command = points[index - 1] === undefined ? 'M' : 'L';
			return `${command}${point.x.toFixed(2)} ${point.y.toFixed(2)}`;
		})
		.join('');
	const stroke = { stroke: COLORS[name], 'stroke-width': 2 };
	const r = slots.width < NUMBERED_FROM ? 2 : 3.5;
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

function timeLabels(bars: Bar[], slots: Slots, unit: Unit): Element[] {
	const every = Math.ceil(LABEL_DISTANCE / slots.width);
	let shownYear = '';
	return bars.flatMap(({ startMs }, index) => {
		if (index % every !== 0) return [];
		const [x, label, year] = [slots.middle(index), UNITS[unit].label(startMs), yearOf(startMs)];
		const isNewYear = year !== shownYear && year !== label;
		shownYear = year;
		return [
			text(x, TIMES.bottom + 18, label, { anchor: 'middle' }),
			...(isNewYear ? [text(x, TIMES.bottom + 34, year, { anchor: 'middle', size: 11 })] : []),
		];
	});
}

/** About how wide a text is: SVG does not tell without a renderer. */
const widthOf = (content: string): number => content.length * 6.4;

/** A panel's name, and its symbols with what they stand for. */
function legend(
	name: string,
	y: number,
	entries: Array<{ label: string; symbol: (x: number) => Element }>,
): Element[] {
	let x = MARGIN + widthOf(name) + 28;
	return [
		text(MARGIN, y, name, { color: COLORS.title, size: 13, weight: 600 }),
		...entries.flatMap(({ label, symbol }) => {
			const drawn = [symbol(x), text(x + 26, y, label)];
			x += 26 + widthOf(label) + 20;
			return drawn;
		}),
	];
}

function countsPanel(bars: Bar[], slots: Slots, unit: Unit): Element[] {
	const scale = createScale(Math.max(...bars.map(totalOf)), 5);
	const y = COUNTS.legend;
	return [
		...legend(
			'Deliveries',
			y,
			PARTS.map(({ label, name }) => ({
				label: `${label}: ${written(sum(bars.map(({ counts }) => counts[name])))}`,
				symbol: (x) =>
					createElement('rect', { x: x + 6, y: y - 11, width: 14, height: 14, fill: COLORS[name] }),
			})),
		),
		...axis(scale, COUNTS, written),
		...bars.map((bar, index) => drawBar(bar, index, slots, scale, unit)),
	];
}

function timesPanel(bars: Bar[], slots: Slots): Element[] {
	const scale = createScale(Math.max(0, ...bars.map(({ answered }) => answered?.p95 ?? 0)), 3);
	const y = TIMES.legend;
	return [
		...legend(
			'Response time',
			y,
			LINES.map(({ dashes, label, name }) => ({
				label,
				symbol: (x) =>
					line(x, x + 20, y - 4, COLORS[name], { 'stroke-width': 2, 'stroke-dasharray': dashes }),
			})),
		),
		...axis(scale, TIMES, durationOf(scale.top)),
		...LINES.map((one) => drawLine(one, bars, slots, scale)),
	];
}

const emptyNote = (panel: Panel, note: string): Element =>
	text((LEFT + RIGHT) / 2, (panel.top + panel.bottom) / 2 + 5, note, {
		anchor: 'middle',
		size: 15,
	});

/**
 * Draws deliveries over time as an SVG file: a bar for each day, week, month or year in which events were
 * accepted (UTC), by what became of them, and lines for how long the answers took. Times without
 * deliveries have their place. It brings its own background, and needs nothing from outside.
 * @param deliveries in any order
 */
export function drawDeliveryChart(deliveries: Delivery[], subject: ChartSubject): string {
	const { bars, fromMs, toMs, unit } = barsOf(deliveries, subject);
	const width = (RIGHT - LEFT) / bars.length;
	const slots = { width, middle: (index: number) => LEFT + (index + 0.5) * width };
	const title = truncate(subject.title, { length: MAX_TITLE_LENGTH, omission: '…' });
	const range = `${UNITS[unit].name}, ${dateOf(fromMs)} to ${dateOf(toMs)} (UTC)`;
	return createElement(
		'svg',
		{
			xmlns: 'http://www.w3.org/2000/svg',
			viewBox: `0 0 ${WIDTH} ${HEIGHT}`,
			width: WIDTH,
			height: HEIGHT,
			role: 'img',
			'font-family': FONT,
		},
		[
			createElement('title', {}, `${title}. ${range}`),
			createElement('rect', {
				x: 0.5,
				y: 0.5,
				width: WIDTH - 1,
				height: HEIGHT - 1,
				rx: 8,
				fill: COLORS.panel,
				stroke: COLORS.border,
			}),
			text(MARGIN, 36, title, { color: COLORS.title, size: 18, weight: 600 }),
			text(MARGIN, 58, range, { size: 13 }),
			...countsPanel(bars, slots, unit),
			...timesPanel(bars, slots),
			...timeLabels(bars, slots, unit),
			...(deliveries.length === 0 ? [emptyNote(COUNTS, 'No deliveries')] : []),
			...(bars.every(({ answered }) => answered === null) ? [emptyNote(TIMES, 'No answers')] : []),
		],
	).markup;
}
