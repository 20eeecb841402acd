const { ComponentReader } = require('../../../../build/core/signing/messageSignature/components');
const {
	signBase,
	verifyBase,
} = require('../../../../build/core/signing/messageSignature/messageAlgorithms');
const {
	buildSignatureBase,
} = require('../../../../build/core/signing/messageSignature/signatureBase');
const {
	parseDictionary,
	parseList,
	writeDictionary,
} = require('../../../../build/core/signing/messageSignature/structuredFields');
const { parseSecret } = require('../../../../build/core/signing/secrets');

const {
	P256_PUBLIC,
	RESPONSE,
	ED25519_PUBLIC,
	TRANSFORMATIONS,
	VECTORS,
} = require('./rfc9421Vectors');

const parseKey = (text) => parseSecret(text, 'messageKey').key;

const parseInput = (input) => parseDictionary(`sig=${input}`).get('sig');

describe('the test cases of RFC 9421', () => {
	test.each(VECTORS.map((vector) => [vector.name, vector]))('%s', (_, vector) => {
		const { algorithm, input, key, lines, message, signature } = vector;
		const base = buildSignatureBase(parseInput(input), new ComponentReader(message));
		expect(base).toBe([...lines, `"@signature-params": ${input}`].join('\n'));
		const bytes = Buffer.from(signature, 'base64');
		expect(verifyBase(algorithm, parseKey(key), base, bytes)).toBe(true);
		expect(verifyBase(algorithm, parseKey(key), `${base} `, bytes)).toBe(false);
		bytes[3] ^= 1;
		expect(verifyBase(algorithm, parseKey(key), base, bytes)).toBe(false);
	});

	test.each(VECTORS.filter(({ signingKey }) => signingKey).map((vector) => [vector.name, vector]))(
		'%s, signed again',
		(_, { algorithm, input, lines, signature, signingKey }) => {
			const base = [...lines, `"@signature-params": ${input}`].join('\n');
			const signed = signBase(algorithm, parseKey(signingKey), base);
			expect(signed.toString('base64')).toBe(signature);
		},
	);

	test('B.2.4, whose response is none that this package reads, ecdsa-p256-sha256', () => {
		const { base, signature } = RESPONSE;
		const bytes = Buffer.from(signature, 'base64');
		expect(verifyBase('ecdsa-p256-sha256', parseKey(P256_PUBLIC), base, bytes)).toBe(true);
		expect(
			buildSignatureBase(
				parseInput('("@status");created=1'),
				new ComponentReader({ method: 'POST', url: 'https://example.com/', headers: {} }),
			),
		).toEqual({ component: '"@status"' });
	});

	test.each(TRANSFORMATIONS.cases)('B.4, %s', (_, message, isValid) => {
		const { input, signature } = TRANSFORMATIONS;
		const base = buildSignatureBase(parseInput(input), new ComponentReader(message));
		expect(
			verifyBase('ed25519', parseKey(ED25519_PUBLIC), base, Buffer.from(signature, 'base64')),
		).toBe(isValid);
	});
});

/** Reads a component, written as a signature's input has it. */
const read = (
	component,
	{ method = 'POST', url = 'https://www.example.com/path?param=value', headers = {} } = {},
) => new ComponentReader({ method, url, headers }).read(parseList(component)[0]);

describe('ComponentReader', () => {
	const headers = {
		host: 'www.example.com',
		'x-ows-header': '   Leading and trailing whitespace.  ',
		'x-obs-fold-header': 'Obsolete\n    line folding.',
		'cache-control': ['max-age=60', '   must-revalidate'],
		'example-dict': '  a=1,    b=2;x=1;y=2,   c=(a   b    c), d',
		'x-empty-header': '',
		'example-header': ['value, with, lots', 'of, commas'],
	};

	test.each([
		['"host"', 'www.example.com'],
		['"x-ows-header"', 'Leading and trailing whitespace.'],
		['"x-obs-fold-header"', 'Obsolete line folding.'],
		['"cache-control"', 'max-age=60, must-revalidate'],
		['"x-empty-header"', ''],
		['"example-dict"', 'a=1,    b=2;x=1;y=2,   c=(a   b    c), d'],
		['"example-dict";sf', 'a=1, b=2;x=1;y=2, c=(a b c), d'],
		['"example-dict";key="a"', '1'],
		['"example-dict";key="d"', '?1'],
		['"example-dict";key="b"', '2;x=1;y=2'],
		['"example-dict";key="c"', '(a b c)'],
		['"example-header";bs', ':dmFsdWUsIHdpdGgsIGxvdHM=:, :b2YsIGNvbW1hcw==:'],
	])('reads the header %s as in section 2.1', (component, expected) => {
		expect(read(component, { headers })).toBe(expected);
	});

	test.each([
		['"@method"', 'POST'],
		['"@target-uri"', 'https://www.example.com/path?param=value'],
		['"@authority"', 'www.example.com'],
		['"@scheme"', 'https'],
		['"@request-target"', '/path?param=value'],
		['"@path"', '/path'],
		['"@query"', '?param=value'],
	])('reads %s as in section 2.2', (component, expected) => {
		expect(read(component)).toBe(expected);
	});

	test.each([
		['"@authority"', 'https://WWW.Example.com:443', 'www.example.com'],
		['"@authority"', 'http://example.com:8080/', 'example.com:8080'],
		['"@path"', 'https://www.example.com', '/'],
		['"@query"', 'https://www.example.com/path', '?'],
		[
			'"@query"',
			'https://example.com/path?param=value&foo=bar&baz=bat%2Dman',
			'?param=value&foo=bar&baz=bat%2Dman',
		],
	])('normalizes %s of %s', (component, url, expected) => {
		expect(read(component, { url })).toBe(expected);
	});

	test.each([
		['var', 'this%20is%20a%20big%0Amultiline%20value'],
		['bar', 'with%20plus%20whitespace'],
		['fa%C3%A7ade%22%3A%20', 'something'],
		['qux', ''],
	])('reads the URL parameter %s as in section 2.2.8', (name, expected) => {
		const url =
			'https://www.example.com/parameters?var=this%20is%20a%20big%0Amultiline%20value&bar=with+plus+whitespace&fa%C3%A7ade%22%3A%20=something&qux=';
		expect(read(`"@query-param";name="${name}"`, { url })).toBe(expected);
	});

	test.each([
		['a response’s component', '"@status"'],
		['a component of the request that a response answers', '"@method";req'],
		['a trailer', '"host";tr'],
		['an unknown component', '"@unknown"'],
		['a name that every object has', '"constructor"'],
		['a derived name that every object has', '"@constructor"'],
		['a missing header', '"x-missing"'],
		['a header in upper case', '"Host"'],
		['a missing member of a dictionary', '"example-dict";key="e"'],
		['an unknown parameter', '"host";foo'],
		['parameters that exclude each other', '"example-dict";key="a";bs'],
		['a structured field that is none', '"x-ows-header";sf'],
		['a missing URL parameter', '"@query-param";name="q"'],
		['a URL parameter without a name', '"@query-param"'],
		['a token', 'host'],
	])('refuses %s', (_, component) => {
		expect(read(component, { headers })).toBeUndefined();
	});

	test('refuses a URL parameter that occurs twice, and a value with a line break', () => {
		const url = 'https://example.com/?a=1&a=2';
		expect(read('"@query-param";name="a"', { url })).toBeUndefined();
		expect(read('"x"', { headers: { x: 'a\nb: c' } })).toBeUndefined();
	});
});

describe('structured fields', () => {
	test.each([
		[
			'a=1, b;x=?0;y="\\"\\\\", c=(1 2.50;q "t" tok/en :AQ==:);p',
			'a=1, b;x=?0;y="\\"\\\\", c=(1 2.5;q "t" tok/en :AQ==:);p',
		],
		['a=?1,\tb=-5', 'a, b=-5'],
		['', ''],
	])('reads and writes %s', (text, written) => {
		expect(writeDictionary(parseDictionary(text))).toBe(written);
	});

	test.each([
		['an end after a comma', 'a=1,'],
		['a key in upper case', 'A=1'],
		['a repeated key', 'a=1, a=2'],
		['a repeated parameter', 'a;b=1;b=2'],
		['an open text', 'a="b'],
		['an unknown escape', 'a="\\n"'],
		['an open list', 'a=(1 2'],
		['a list without spaces', 'a=("b""c")'],
		['a nested list', 'a=((1))'],
		['base64 without its end', 'a=:AQ:'],
		['base64 with unused bits', 'a=:AR==:'],
		['URL-safe base64', 'a=:_-8=:'],
		['a number that is too long', 'a=1234567890123456'],
		['a decimal that is too long', 'a=1.2345'],
		['a date', 'a=@1659578233'],
		['trailing data', 'a=1 b=2'],
		['a control character', 'a="\u0001"'],
		['another character', 'a="é"'],
		['a semicolon at the end', 'a;'],
	])('refuses %s', (_, text) => {
		expect(parseDictionary(text)).toBeUndefined();
	});
});
