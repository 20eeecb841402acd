const { returnError } = require('../../../build/core/lib/returnError');

class ExpectedError extends Error {}

const raise = (error) => () => {
	throw error;
};

test('returns what the function returns, or the error that is expected', () => {
	expect(returnError(ExpectedError, () => 7)).toBe(7);
	const error = new ExpectedError();
	expect(returnError(ExpectedError, raise(error))).toBe(error);
});

test('throws any other error', () => {
	expect(() => returnError(ExpectedError, raise(new TypeError('other')))).toThrow('other');
});
