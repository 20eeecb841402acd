const { resolveScheme } = require('../../../dist/core/platforms');

describe('resolveScheme', () => {
	test('returns the platform’s scheme unless the credential names one', () => {
		expect(resolveScheme({ kind: 'platform' }, 'agenticflow').name).toBe('agenticflow');
		expect(resolveScheme({ kind: 'profile', id: 'standardWebhooks' }, 'agenticflow').name).toBe(
			'standardWebhooks',
		);
	});

	test('says what to choose if neither the platform nor the credential has a scheme', () => {
		expect(() => resolveScheme({ kind: 'platform' })).toThrow('Choose a scheme');
		expect(() => resolveScheme({ kind: 'platform' }, 'custom')).toThrow('Choose "Custom"');
		expect(() => resolveScheme({ kind: 'platform' }, 'gone')).toThrow('is not known');
	});
});
