/** The official JSON Schema Test Suite, for the words that are checked: test/fixtures/json-schema-suite. */
const fs = require('node:fs');
const path = require('node:path');

const { root } = require('../../harness/project');

const {
	compileSchema,
	InvalidSchemaError,
} = require('../../../build/core/jsonSchema/compileSchema');
const { parseExactJson } = require('../../../build/core/lib/exactJson');

const DRAFTS = ['draft2020-12', 'draft7'];

/** Reads the files of a draft, by name, with all digits of their numbers. */
const readSuite = (draft) =>
	parseExactJson(
		fs.readFileSync(path.join(root, `test/fixtures/json-schema-suite/${draft}.json`), 'utf8'),
	).value;

const NO_PATTERNS = 'patternProperties has regular expressions, which are not run';
const OUT_OF_SCHEMA = 'the reference leads out of the schema, by a URI';
const BY_NAME = 'the reference leads to a name (an anchor), not to a place';
const UNEVALUATED = 'unevaluatedProperties is not checked';

/** The tests that are left out, with the reason: by draft (or both), file and group, for some the titles of tests. */
const EXCLUDED = [
	{
		file: 'additionalProperties',
		group: 'additionalProperties being false does not allow other properties',
		tests: ['an additional property is invalid'],
		reason: NO_PATTERNS,
	},
	{
		file: 'additionalProperties',
		group: 'non-ASCII pattern with additionalProperties',
		tests: ['not matching the pattern is invalid'],
		reason: NO_PATTERNS,
	},
	{
		file: 'properties',
		group: 'properties, patternProperties, additionalProperties interaction',
		tests: [
			'patternProperty invalidates property',
			'patternProperty invalidates nonproperty',
			'additionalProperty invalidates others',
		],
		reason: NO_PATTERNS,
	},
	{
		draft: 'draft2020-12',
		file: 'ref',
		group: 'ref creates new scope when adjacent to keywords',
		tests: ["referenced subschema doesn't see annotations from properties"],
		reason: UNEVALUATED,
	},
	...[
		'remote ref, containing refs itself',
		'Recursive references between schemas',
		'refs with relative uris and defs',
		'relative refs with absolute uris and defs',
		'$id must be resolved against nearest parent, not just immediate parent',
		'simple URN base URI with $ref via the URN',
		'URN base URI with URN and JSON pointer ref',
		'URN base URI with URN and anchor ref',
		'ref to if',
		'ref to then',
		'ref to else',
		'ref with absolute-path-reference',
	].map((group) => ({ file: 'ref', group, reason: OUT_OF_SCHEMA })),
	...[
		'order of evaluation: $id and $ref',
		'URN base URI with f-component',
		'URN ref with nested pointer ref',
	].map((group) => ({ draft: 'draft2020-12', file: 'ref', group, reason: OUT_OF_SCHEMA })),
	...[
		'$ref prevents a sibling $id from changing the base uri',
		'Location-independent identifier with base URI change in subschema',
	].map((group) => ({ draft: 'draft7', file: 'ref', group, reason: OUT_OF_SCHEMA })),
	{
		draft: 'draft2020-12',
		file: 'ref',
		group: 'order of evaluation: $id and $anchor and $ref',
		reason: BY_NAME,
	},
	{
		draft: 'draft7',
		file: 'ref',
		group: 'Location-independent identifier',
		reason: BY_NAME,
	},
];

const findExclusion = (draft, file, group) =>
	EXCLUDED.find(
		(entry) =>
			(entry.draft ?? draft) === draft && entry.file === file && entry.group === group.description,
	);

/** Names the draft in the schema, as files of that draft do. */
const nameDraft = (draft, schema) =>
	draft === 'draft7' && typeof schema === 'object'
		? { $schema: 'http://json-schema.org/draft-07/schema#', ...schema }
		: schema;

/** Returns the tests whose result is not the suite's, by title. */
function listMismatches(draft, group) {
	const { findProblems } = compileSchema(nameDraft(draft, group.schema));
	return group.tests
		.filter(({ data, valid }) => (findProblems(data).length === 0) !== valid)
		.map(({ description }) => description);
}

describe.each(DRAFTS)('the suite for %s', (draft) => {
	test.each(Object.entries(readSuite(draft)))('agrees on %s', (file, groups) => {
		for (const group of groups) {
			const exclusion = findExclusion(draft, file, group);
			if (exclusion !== undefined && exclusion.tests === undefined) continue;
			expect([group.description, ...listMismatches(draft, group)]).toEqual([
				group.description,
				...(exclusion?.tests ?? []),
			]);
		}
	});

	test('has every group that is left out, and none of them can be read', () => {
		const suite = readSuite(draft);
		for (const { file, group, tests } of EXCLUDED.filter(
			(entry) => (entry.draft ?? draft) === draft,
		)) {
			const found = suite[file].find(({ description }) => description === group);
			expect([group, found === undefined]).toEqual([group, false]);
			if (tests === undefined) {
				expect(() => compileSchema(nameDraft(draft, found.schema))).toThrow(InvalidSchemaError);
			}
		}
	});
});

test('the suite has more than 1,600 tests for the words that are checked', () => {
	const count = DRAFTS.flatMap((draft) => Object.values(readSuite(draft)))
		.flat()
		.reduce((sum, { tests }) => sum + tests.length, 0);
	expect(count).toBeGreaterThan(1600);
});
