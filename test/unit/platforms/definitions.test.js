const { PLATFORMS } = require('../../../dist/core/platforms');
const { parseContentTemplate } = require('../../../dist/core/signing/scheme');

const SCHEMES = PLATFORMS.flatMap(({ id, scheme }) => (scheme ? [[id, scheme]] : []));

describe('parseContentTemplate', () => {
	test.each(SCHEMES)('accepts the signed content of %s, which contains the body', (_id, scheme) => {
		const fields = parseContentTemplate(scheme.content);
		// A scheme with a body digest signs the fields of a form, and any other body by its digest in the URL.
		expect(fields).toContain(scheme.bodyDigestParameter === undefined ? 'body' : 'form');
	});
});
