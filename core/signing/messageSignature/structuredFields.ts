/**
 * Structured Field Values (https://www.rfc-editor.org/rfc/rfc8941), parsed as strictly as the RFC asks: a header that
 * deviates in one character has no value.
 */
import trimEnd from 'lodash/trimEnd';

/** A text without quotation marks, e.g. `sha-256` in a list. */
export class Token {
	constructor(readonly text: string) {}
}

/** A number with digits after its point, which is written as it was read. */
export class Decimal {
	constructor(readonly text: string) {}
}

export type BareItem = string | number | boolean | Buffer | Decimal | Token;

export type Parameters = Map<string, BareItem>;

export interface Item {
	value: BareItem;
	parameters: Parameters;
}

export interface InnerList {
	items: Item[];
	parameters: Parameters;
}

export type Member = InnerList | Item;

export type Dictionary = Map<string, Member>;

/** A text that is no structured field. It never leaves this module. */
class StructuredFieldError extends Error {}

const KEY = /[a-z*][a-z0-9_.*-]*/y;
const TOKEN = /[A-Za-z*][!#$%&'*+.^_`|~0-9A-Za-z:/-]*/y;
const STRING = /"((?:[\x20\x21\x23-\x5b\x5d-\x7e]|\\["\\])*)"/y;
const BYTES = /:([A-Za-z0-9+/=]*):/y;
const BOOLEAN = /\?([01])/y;
const NUMBER = /-?(?:\d{1,12}\.\d{1,3}|\d{1,15})(?![\d.])/y;
const SPACES = / */y;
const WHITE_SPACE = /[ \t]*/y;

/** Reads one text from its beginning to its end. */
class FieldReader {
	private position = 0;

	constructor(private readonly text: string) {}

	get isAtEnd(): boolean {
		return this.position === this.text.length;
	}

	/** Reads what a sticky pattern matches; `undefined` if it does not. */
	match(pattern: RegExp): RegExpExecArray | undefined {
		pattern.lastIndex = this.position;
		const found = pattern.exec(this.text);
		if (found === null) return undefined;
		this.position += found[0].length;
		return found;
	}

	require(pattern: RegExp): RegExpExecArray {
		const found = this.match(pattern);
		if (found === undefined) throw new StructuredFieldError();
		return found;
	}

	skip(character: string): boolean {
		if (this.text[this.position] !== character) return false;
		this.position += 1;
		return true;
	}

	private readBytes(encoded: string): Buffer {
		const bytes = Buffer.from(encoded, 'base64');
		// Buffer.from skips what it cannot decode.
		if (bytes.toString('base64') !== encoded) throw new StructuredFieldError();
		return bytes;
	}

	private readBareItem(): BareItem {
		const text = this.match(STRING);
		if (text !== undefined) return text[1].replace(/\\(["\\])/g, '$1');
		const bytes = this.match(BYTES);
		if (bytes !== undefined) return this.readBytes(bytes[1]);
		const flag = this.match(BOOLEAN);
		if (flag !== undefined) return flag[1] === '1';
		const number = this.match(NUMBER);
		if (number !== undefined) {
			return number[0].includes('.') ? new Decimal(number[0]) : Number(number[0]);
		}
		return new Token(this.require(TOKEN)[0]);
	}

	private readParameters(): Parameters {
		const parameters: Parameters = new Map();
		while (this.skip(';')) {
			this.match(SPACES);
			const [name] = this.require(KEY);
			// The RFC lets the last of several count; of two, one could be checked and the other one used.
			if (parameters.has(name)) throw new StructuredFieldError();
			parameters.set(name, this.skip('=') ? this.readBareItem() : true);
		}
		return parameters;
	}

	private readItem(): Item {
		const value = this.readBareItem();
		return { value, parameters: this.readParameters() };
	}

	private readInnerList(): InnerList {
		const items: Item[] = [];
		this.match(SPACES);
		while (!this.skip(')')) {
			items.push(this.readItem());
			if (this.text[this.position] !== ')') this.require(/ +/y);
		}
		return { items, parameters: this.readParameters() };
	}

	readMember(): Member {
		return this.skip('(') ? this.readInnerList() : this.readItem();
	}

	readNamedMember(): [string, Member] {
		const [name] = this.require(KEY);
		if (this.skip('=')) return [name, this.readMember()];
		return [name, { value: true, parameters: this.readParameters() }];
	}

	/** Reads members that commas separate, up to the end of the text. */
	readMembers<T>(readMember: () => T): T[] {
		const members: T[] = [];
		this.match(SPACES);
		while (!this.isAtEnd) {
			members.push(readMember());
			this.match(WHITE_SPACE);
			if (this.isAtEnd) break;
			if (!this.skip(',')) throw new StructuredFieldError();
			this.match(WHITE_SPACE);
			if (this.isAtEnd) throw new StructuredFieldError();
		}
		return members;
	}
}

function tryRead<T>(text: string, read: (reader: FieldReader) => T): T | undefined {
	try {
		return read(new FieldReader(text.endsWith(' ') ? trimEnd(text, ' ') : text));
	} catch {
		return undefined;
	}
}

/** Parses a dictionary; `undefined` if the text is none, or if a key occurs twice. */
export function parseDictionary(text: string): Dictionary | undefined {
	const members = tryRead(text, (reader) => reader.readMembers(() => reader.readNamedMember()));
	if (members === undefined) return undefined;
	const dictionary = new Map(members);
	return dictionary.size === members.length ? dictionary : undefined;
}

/** Parses a list; `undefined` if the text is none. */
export const parseList = (text: string): Member[] | undefined =>
	tryRead(text, (reader) => reader.readMembers(() => reader.readMember()));

/** Returns whether a dictionary's or list's member is a list itself. */
export const isInnerList = (member: Member): member is InnerList => 'items' in member;

function writeBareItem(value: BareItem): string {
	if (typeof value === 'string') return `"${value.replace(/["\\]/g, '\\$&')}"`;
	if (typeof value === 'boolean') return value ? '?1' : '?0';
	if (Buffer.isBuffer(value)) return `:${value.toString('base64')}:`;
	if (value instanceof Token) return value.text;
	// 1.50 is written as 1.5, and 1.0 stays a decimal.
	if (value instanceof Decimal) return value.text.replace(/(\.\d+?)0+$/, '$1');
	return String(value);
}

const writeParameters = (parameters: Parameters): string =>
	[...parameters]
		.map(([name, value]) => (value === true ? `;${name}` : `;${name}=${writeBareItem(value)}`))
		.join('');

/** Writes an item, e.g. `"@method"` or `"@query-param";name="id"`. */
export const writeItem = ({ parameters, value }: Item): string =>
	writeBareItem(value) + writeParameters(parameters);

/** Writes a member of a dictionary or list in the one way that the RFC allows. */
export const writeMember = (member: Member): string =>
	isInnerList(member)
		? `(${member.items.map(writeItem).join(' ')})${writeParameters(member.parameters)}`
		: writeItem(member);

export const writeDictionary = (dictionary: Dictionary): string =>
	[...dictionary]
		.map(([name, member]) =>
			!isInnerList(member) && member.value === true
				? name + writeParameters(member.parameters)
				: `${name}=${writeMember(member)}`,
		)
		.join(', ');
