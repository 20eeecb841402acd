const { PLATFORMS } = require('../../../build/core/platforms');
const {
	findMovableBoundary,
	parseContentTemplate,
} = require('../../../build/core/signing/contentTemplate');
const { isContentScheme, readsBodyFields } = require('../../../build/core/signing/schemeFacts');

const SCHEMES = PLATFORMS.flatMap(({ id, scheme }) =>
	scheme && isContentScheme(scheme) ? [[id, scheme]] : [],
);

describe('the signed content', () => {
	test.each(SCHEMES)('of %s contains the body, or fields of it', (_id, scheme) => {
		const { fields } = parseContentTemplate(scheme.content);
		expect(['body', 'bodyField', 'form'].some((field) => fields.has(field))).toBe(true);
	});

	test.each(SCHEMES)('of %s shows where each of its values ends', (_id, scheme) => {
		expect(findMovableBoundary(parseContentTemplate(scheme.content))).toBe(undefined);
	});

	test.each(SCHEMES)(
		'of %s includes a time that is checked before the signature',
		(_id, scheme) => {
			const { timestamp } = scheme;
			const isRead =
				timestamp !== undefined && (!('bodyField' in timestamp) || readsBodyFields(scheme));
			const { fields, placeholders } = parseContentTemplate(scheme.content);
			const field = timestamp?.bodyField;
			const isFieldSigned = fields.has('body') || placeholders.some(({ name }) => name === field);
			if (isRead) expect(fields.has('timestamp') || (field && isFieldSigned)).toBe(true);
		},
	);
});
