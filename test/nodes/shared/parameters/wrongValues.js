/** Values that an expression may return for a parameter of another type, as n8n stores the expressions. */
const WRONG_VALUES = {
	'an object': '={{ ({ id: 7 }) }}',
	'an empty object': '={{ ({}) }}',
	'a list': '={{ [1, 2] }}',
	'a list of lists': '={{ [[1], { a: 1 }] }}',
	null: '={{ null }}',
	'a field that is missing': '={{ $json.missing }}',
	'an empty text': '={{ "" }}',
	'another text': '=certainly not this',
	'a huge number': '={{ 1e300 }}',
	'a number that is not finite': '={{ 0 / 0 }}',
	true: '={{ true }}',
	'a value that contains itself': '={{ (() => { const a = {}; a.a = a; return a; })() }}',
	'a list of 5,000 levels': '={{ JSON.parse("[".repeat(5000) + "]".repeat(5000)) }}',
	'a date': '={{ new Date("2026-01-31T00:00:00Z") }}',
	'a date of Luxon': '={{ DateTime.fromISO("2026-01-31") }}',
};

/** Matches messages of JavaScript, and of the libraries that check data. */
const JARGON =
	/is not a function|Cannot read|reading '|undefined|\[object|is not iterable|not defined|Invalid time|circular|ZodError|Expected .* received|NaN|must be of type|Unexpected token|bug in this package|instanceof/;

/** Returns a name for each place within a parameter, and a function that puts a value there. */
function listPlaces(property) {
	const { name, options = [], type } = property;
	const nested = {
		collection: () =>
			options.flatMap((option) =>
				listPlaces(option).map(([place, put]) => [
					`${name}.${place}`,
					(value) => ({ [name]: put(value) }),
				]),
			),
		fixedCollection: () =>
			options.flatMap(({ name: group, values }) => [
				[`${name}.${group}`, (value) => ({ [name]: { [group]: value } })],
				[`${name}.${group}[]`, (value) => ({ [name]: { [group]: [value] } })],
				...values.map((field) => [
					`${name}.${group}.${field.name}`,
					(value) => {
						const fields = { name: 'X-A', value: 'b', [field.name]: value };
						const { multipleValues } = property.typeOptions ?? {};
						return { [name]: { [group]: multipleValues ? [fields] : { [field.name]: value } } };
					},
				]),
			]),
		resourceLocator: () => [
			[`${name}.value`, (value) => ({ [name]: { __rl: true, mode: 'id', value } })],
			[`${name}.mode`, (value) => ({ [name]: { __rl: true, mode: value, value: 'x' } })],
		],
		filter: () => [
			[
				`${name}.conditions`,
				(value) => ({ [name]: { conditions: value, options: {}, combinator: 'and' } }),
			],
		],
	};
	return [[name, (value) => ({ [name]: value })], ...(nested[type]?.() ?? [])];
}

module.exports = { JARGON, listPlaces, WRONG_VALUES };
