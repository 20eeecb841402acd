const { h } = require('./dom');
const { formatDay, formatDuration, formatNumber } = require('./format');

/** Draws a week: a bar a day, what failed on top, and the median of the response times as a line. */

/** Texts keep their size, so a phone gets a drawing of fewer units. */
const WIDTH = 560;
const PHONE_WIDTH = 300;
const PHONE = '(max-width: 480px)';
const HEIGHT = 180;
const FLOOR = HEIGHT - 24;
const TOP = 32;

/** Computes where a week's bars and line are. */
function layOutWeek(days, width = WIDTH) {
	const step = width / Math.max(1, days.length);
	const most = Math.max(1, ...days.map(({ fail, success }) => success + fail));
	const slowest = Math.max(1, ...days.map(({ medianMs }) => medianMs ?? 0));
	const scale = (value, max) => Math.round(((FLOOR - TOP) * value * 10) / max) / 10;
	return days.map(({ day, fail, medianMs, success }, index) => {
		const left = Math.round((index * step + step * 0.2) * 10) / 10;
		return {
			day,
			left,
			width: Math.round(step * 6) / 10,
			center: Math.round((index + 0.5) * step * 10) / 10,
			successHeight: scale(success, most),
			failHeight: scale(fail, most),
			lineTop: medianMs === null ? undefined : FLOOR - scale(medianMs, slowest),
		};
	});
}

function drawDay({ center, day, failHeight, left, successHeight, width }) {
	const bar = (top, height, name) =>
		height > 0 && h('rect', { x: left, y: top, width, height, class: name, rx: 2 });
	return [
		bar(FLOOR - successHeight, successHeight, 'bar-sent'),
		bar(FLOOR - successHeight - failHeight, failHeight, 'bar-failed'),
		h('text', { x: center, y: HEIGHT - 6, 'text-anchor': 'middle' }, formatDay(day).split(',')[0]),
	];
}

/** Writes what the highest bar and the highest point of the line stand for. */
function drawScale(days, width) {
	const most = Math.max(...days.map(({ fail, success }) => success + fail));
	const times = days.flatMap(({ medianMs }) => (medianMs === null ? [] : [medianMs]));
	const anchor = { y: 14, 'text-anchor': 'end', class: 'scale-time' };
	return [
		h('text', { x: 0, y: 14 }, formatNumber(most)),
		times.length > 0 && h('text', { x: width, ...anchor }, formatDuration(Math.max(...times))),
	];
}

/** Writes the same numbers as a table, for those who do not see the chart. */
function buildTable(t, days) {
	const heads = ['chart.day', 'chart.sent', 'chart.failed', 'chart.median', 'chart.slow'];
	const row = ({ day, fail, medianMs, p95Ms, success }) =>
		h(
			'tr',
			{},
			h('th', { scope: 'row' }, formatDay(day)),
			[formatNumber(success), formatNumber(fail), medianMs, p95Ms].map((value) =>
				h(
					'td',
					{},
					value === null ? '–' : typeof value === 'number' ? formatDuration(value) : value,
				),
			),
		);
	return h(
		'details',
		{},
		h('summary', {}, t('chart.numbers')),
		h(
			'div',
			{ class: 'scroll', tabindex: 0, role: 'region', 'aria-label': t('chart.numbers') },
			h(
				'table',
				{},
				h(
					'thead',
					{},
					h(
						'tr',
						{},
						heads.map((key) => h('th', { scope: 'col' }, t(key))),
					),
				),
				h('tbody', {}, days.map(row)),
			),
		),
	);
}

/** Builds the chart of a week; a sentence if nothing was delivered. */
function buildChart(t, days) {
	const sum = (name) => days.reduce((total, day) => total + day[name], 0);
	if (sum('success') + sum('fail') === 0) return h('p', { class: 'empty' }, t('chart.empty'));
	const width = globalThis.matchMedia?.(PHONE).matches ? PHONE_WIDTH : WIDTH;
	const shapes = layOutWeek(days, width);
	const points = shapes.filter(({ lineTop }) => lineTop !== undefined);
	const line = points.map(({ center, lineTop }) => `${center},${lineTop}`).join(' ');
	const counts = { sent: formatNumber(sum('success')), failed: formatNumber(sum('fail')) };
	return h(
		'figure',
		{ class: 'chart' },
		h(
			'svg',
			{ viewBox: `0 0 ${width} ${HEIGHT}`, role: 'img', 'aria-label': t('chart.label', counts) },
			drawScale(days, width),
			h('line', { x1: 0, x2: width, y1: FLOOR, y2: FLOOR, class: 'axis' }),
			shapes.map(drawDay),
			['halo', 'line'].map((name) => h('polyline', { points: line, class: name })),
			points.map(({ center, lineTop }) =>
				h('circle', { cx: center, cy: lineTop, r: 5, class: 'dot' }),
			),
		),
		h(
			'figcaption',
			{},
			['sent', 'failed', 'median'].map((name) =>
				h('span', { class: `key key-${name}` }, t(`chart.${name}`)),
			),
		),
		buildTable(t, days),
	);
}

module.exports = { buildChart, layOutWeek };
