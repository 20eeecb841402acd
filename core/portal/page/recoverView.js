const { field, h, select } = require('./dom');
const { messagePlace, taskButton } = require('./feedback');
const { formatNumber, fromFieldTime, toFieldTime } = require('./format');
const { addReports, NO_REPORT } = require('./model');

const DAY_MS = 86_400_000;

/** Runs a recovery to its end, in calls of some seconds each. @param onProgress is called after each */
async function runRecovery({ client }, id, selection, onProgress) {
	const path = `endpoint/${id}/recovery`;
	let sum = NO_REPORT;
	while (!sum.isComplete) {
		const report = await client.post(path, { ...selection, preview: false });
		// A run that did nothing will not do more the next time.
		const isStuck = report.deliveries === 0;
		sum = addReports(sum, { ...report, isComplete: report.isComplete || isStuck });
		onProgress(sum);
	}
	return sum;
}

/** Says what a recovery would do, or did. */
function describeReport(t, key, { deliveries, kept, reason }) {
	const counts = t(key, { count: deliveries, deliveries: formatNumber(deliveries) });
	return kept === 0
		? counts
		: `${counts} ${t('recover.kept', { kept: formatNumber(kept), reason: reason ?? '' })}`;
}

/** Builds the buttons: the recovery itself needs a preview with the same choices. */
function buildSteps(app, id, read) {
	const { client, forget, t } = app;
	const result = messagePlace('status');
	const say = (text) => {
		result.textContent = text;
	};
	const teller = { ...app, tell: (error) => say(app.describe(error)) };
	const run = taskButton(
		teller,
		t('recover.do'),
		async () => {
			const onProgress = (sum) => say(describeReport(t, 'recover.progress', sum));
			const done = await runRecovery(app, id, read(), onProgress);
			forget();
			run.hidden = true;
			say(describeReport(t, 'recover.done', done));
		},
		{ class: 'primary', hidden: true },
	);
	const preview = taskButton(teller, t('recover.preview'), async () => {
		const selection = read();
		if (selection.since === undefined) return say(t('recover.sinceFault'));
		const report = await client.post(`endpoint/${id}/recovery`, { ...selection, preview: true });
		run.hidden = report.deliveries === 0;
		return say(
			describeReport(t, report.isComplete ? 'recover.would' : 'recover.wouldMore', report),
		);
	});
	const reset = () => {
		run.hidden = true;
		say('');
	};
	return { elements: [h('div', { class: 'actions' }, preview, run), result], reset };
}

/** Shows the form that sends failed or missing messages again. */
async function showRecover(app, [id]) {
	const { t } = app;
	const controls = {};
	const keep = (name, build) => (props) =>
		(controls[name] = build({ ...props, onchange: () => steps.reset() }));
	const kinds = ['failed', 'missing'].map((kind) => [kind, t(`recover.${kind}`)]);
	const time = (value) => (props) => h('input', { type: 'datetime-local', value, ...props });
	const read = () => ({
		kind: controls.kind.value,
		since: fromFieldTime(controls.since.value),
		until: fromFieldTime(controls.until.value),
	});
	const steps = buildSteps(app, id, read);
	return {
		title: t('recover.title'),
		back: ['endpoint', id],
		content: [
			h('p', {}, t('recover.text')),
			field(
				t('recover.kind'),
				keep('kind', (props) => select(props, kinds, 'failed')),
				t('recover.kindHint'),
			),
			field(t('recover.since'), keep('since', time(toFieldTime(Date.now() - DAY_MS)))),
			field(t('recover.until'), keep('until', time('')), t('recover.untilHint')),
			steps.elements,
		],
	};
}

module.exports = { showRecover };
