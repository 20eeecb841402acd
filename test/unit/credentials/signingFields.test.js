const {
	parseSigningFields,
	resolveScheme,
} = require('../../../dist/core/credentials/signingFields');

const resolve = (signatureScheme, platformId) =>
	resolveScheme(parseSigningFields({ signatureScheme }), platformId);

describe('resolveScheme', () => {
	test('returns the platform’s scheme, unless the credential names one', () => {
		expect(resolve('platform', 'agenticflow').name).toBe('agenticflow');
		expect(resolve('standardWebhooks', 'agenticflow').name).toBe('standardWebhooks');
	});

	test('says what to choose if neither the platform nor the credential has a scheme', () => {
		expect(() => resolve('platform')).toThrow('Choose a scheme');
		expect(() => resolve('platform', 'custom')).toThrow('Choose "Custom"');
		expect(() => resolve('platform', 'gone')).toThrow('is unknown');
	});
});
