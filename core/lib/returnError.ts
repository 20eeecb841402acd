/**
 * Runs a function that may throw an error which is expected.
 * @returns what the function returns, or the error if it is of the class
 * @throws any other error
 */
export function returnError<Result, Expected extends Error>(
	expected: abstract new (...values: never[]) => Expected,
	run: () => Result,
): Result | Expected {
	let thrown: unknown;
	try {
		return run();
	} catch (error) {
		thrown = error;
	}
	if (thrown instanceof expected) return thrown;
	throw thrown;
}
