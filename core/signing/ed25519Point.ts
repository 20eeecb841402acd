const PRIME = 2n ** 255n - 19n;

function raise(base: bigint, exponent: bigint): bigint {
	let [result, factor] = [1n, base % PRIME];
	for (let rest = exponent; rest > 0n; rest >>= 1n) {
		if (rest & 1n) result = (result * factor) % PRIME;
		factor = (factor * factor) % PRIME;
	}
	return result;
}

/** The constant d of the curve -x² + y² = 1 + d x² y² (RFC 8032, 5.1). */
const CURVE_CONSTANT = ((PRIME - 121_665n) * raise(121_666n, PRIME - 2n)) % PRIME;

/**
 * Returns whether 32 bytes are a point of the curve, as every public key of Ed25519 is: its y coordinate has an x
 * (RFC 8032, 5.1.3).
 */
export function isEd25519Point(bytes: Buffer): boolean {
	const y = BigInt(`0x${Buffer.from(bytes).reverse().toString('hex')}`) & (2n ** 255n - 1n);
	if (y >= PRIME) return false;
	const ySquared = (y * y) % PRIME;
	const numerator = ySquared - 1n + PRIME;
	const denominator = CURVE_CONSTANT * ySquared + 1n;
	// The quotient is a square if the product is one.
	return raise(numerator * denominator, (PRIME - 1n) / 2n) <= 1n;
}
