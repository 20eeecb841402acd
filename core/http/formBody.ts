/** Forms (`application/x-www-form-urlencoded`), read from their bytes in linear time. */

/** One field of a form, decoded: UTF-8 if its sender encoded it as a form must be. */
export interface FormField {
	name: Buffer;
	value: Buffer;
}

/** More fields than any provider's form has. */
export const MAX_FORM_FIELDS = 1000;

const BYTE_ORDER_MARK = Buffer.from('\uFEFF', 'utf8');

const [AMPERSAND, EQUALS, PERCENT, PLUS, SPACE] = Buffer.from('&=%+ ', 'latin1');

/** Returns the body without a leading byte order mark, which no field's name begins with. */
export const stripByteOrderMark = (body: Buffer): Buffer =>
	body.subarray(0, BYTE_ORDER_MARK.length).equals(BYTE_ORDER_MARK)
		? body.subarray(BYTE_ORDER_MARK.length)
		: body;

/** Returns whether a form has more than {@link MAX_FORM_FIELDS} fields. Stops counting there. */
export function hasTooManyFields(body: Buffer): boolean {
	let fields = 1;
	for (let at = body.indexOf(AMPERSAND); at !== -1; at = body.indexOf(AMPERSAND, at + 1)) {
		fields += 1;
		if (fields > MAX_FORM_FIELDS) return true;
	}
	return false;
}

/** The value of each byte that is a hexadecimal digit; -1 for all others. */
const HEX_VALUES = Int8Array.from({ length: 256 }, (_, byte) => {
	const digit = String.fromCharCode(byte);
	return /[0-9a-f]/i.test(digit) ? parseInt(digit, 16) : -1;
});

/** Replaces `+` and percent escapes. A `%` that begins no escape stays, as the URL standard says. */
function decode(encoded: Buffer): Buffer {
	if (!encoded.includes(PERCENT) && !encoded.includes(PLUS)) return encoded;
	const decoded = Buffer.allocUnsafe(encoded.length);
	let length = 0;
	for (let index = 0; index < encoded.length; index += 1) {
		let byte = encoded[index];
		if (byte === PLUS) {
			byte = SPACE;
		} else if (byte === PERCENT && index + 2 < encoded.length) {
			const value = (HEX_VALUES[encoded[index + 1]] << 4) | HEX_VALUES[encoded[index + 2]];
			if (value >= 0) {
				byte = value;
				index += 2;
			}
		}
		decoded[length] = byte;
		length += 1;
	}
	return decoded.subarray(0, length);
}

/**
 * Reads the fields of a form in their order. Empty ones, as in `a=1&&b=2`, are left out.
 * @param body a form that {@link hasTooManyFields} has accepted
 */
export function readFormFields(body: Buffer): FormField[] {
	const fields: FormField[] = [];
	const bytes = stripByteOrderMark(body);
	for (let start = 0; start < bytes.length; ) {
		const ampersand = bytes.indexOf(AMPERSAND, start);
		const end = ampersand === -1 ? bytes.length : ampersand;
		const field = bytes.subarray(start, end);
		if (field.length > 0) {
			const equals = field.indexOf(EQUALS);
			const nameEnd = equals === -1 ? field.length : equals;
			fields.push({
				name: decode(field.subarray(0, nameEnd)),
				value: decode(field.subarray(nameEnd + 1)),
			});
		}
		start = end + 1;
	}
	return fields;
}
