/** The 'Columns' field: what is read as names and paths, and that any text is read in time linear in it. */
import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { parseColumns } from '../nodes/core/predict/columnList';
import { columnValue, fieldsOf, insertedPath, missingColumn, parsePath } from '../nodes/core/predict/columns';
import { lookAlike } from '../nodes/core/predict/lookAlike';
import { read, recordOf } from './support/json.cts';

function valuesOf(given: unknown, item: Record<string, unknown>): unknown {
	const columns = parseColumns(given, item);
	return columns.ok
		? Object.fromEntries(columns.value.map((column) => [column.name, columnValue(item, column)]))
		: columns.failure.message;
}

test.each([
	['amount, age', { amount: 1, age: 2 }, { amount: 1, age: 2 }],
	['age,amount', { amount: 1, age: 2 }, { age: 2, amount: 1 }],
	['geo.lat', { geo: { lat: 59 } }, { 'geo.lat': 59 }],
	['geo.lat', { geo: { lat: 59 }, 'geo.lat': 'own' }, { 'geo.lat': 'own' }],
	['[\'Amount USD\'], ["x"]', { 'Amount USD': 1, x: 2 }, { 'Amount USD': 1, x: 2 }],
	['Amount USD', { 'Amount USD': 1 }, { 'Amount USD': 1 }],
	["['a, b'], ['it\\'s']", { 'a, b': 1, "it's": 2 }, { 'a, b': 1, "it's": 2 }],
	[
		"geo['lat deg'], list[1].x",
		{ geo: { 'lat deg': 3 }, list: [0, { x: 4 }] },
		{ "geo['lat deg']": 3, 'list[1].x': 4 },
	],
	['Amount (USD)', { 'Amount (USD)': 5 }, { 'Amount (USD)': 5 }],
	['größe', { größe: 1 }, { größe: 1 }],
	['a[b', { 'a[b': 1 }, { 'a[b': 1 }],
	['missing, geo.lon', { geo: { lat: 1 } }, { missing: undefined, 'geo.lon': undefined }],
	['toString, a.constructor', { a: {} }, { toString: undefined, 'a.constructor': undefined }],
	['__proto__.x', recordOf(read('{"__proto__": {"x": 1}}')), { '__proto__.x': 1 }],
	['a.b.c', { a: { b: 'text' } }, { 'a.b.c': undefined }],
	['a.length, a.constructor, a.0', { a: [7] }, { 'a.length': undefined, 'a.constructor': undefined, 'a.0': 7 }],
	[' ,, ', {}, "'Columns' names no column"],
	['[]', {}, "'Columns' names no column"],
	[null, {}, "'Columns' names no column"],
	['', {}, "'Columns' names no column"],
])('%j of %j', (text, item, expected) => {
	expect(valuesOf(text, item)).toEqual(expected);
});

/** Columns as people paste them: each is the name of a field, but for paths. */
const [a, b] = [1, 2];
test.each<[string, unknown, Record<string, unknown>, Record<string, unknown>?]>([
	['lines', 'a\nb\r\n', { a, b }],
	['tabs', 'a\tb', { a, b }],
	['semicolons', 'a; b;', { a, b }],
	['lines that a field of one line made spaces of', 'a b', { a, b }],
	['a name with a space, whose words are fields too', 'a b', { a: 0, b: 0, 'a b': 1 }, { 'a b': 1 }],
	['bullets', '- a\n- b', { a, b }],
	['a name that begins as a bullet does', "['- a'], b", { '- a': 1, b }],
	['a list of JSON', '["a", "Größe, \\u00e4", "x\\"y"]', { a, 'Größe, ä': 2, 'x"y': 3 }],
	['a list of Python', "['a', \"it's\", 'it\\'s more',]", { a, "it's": 2, "it's more": 3 }],
	['a list of Python over lines', "[\n  'a',\n  'b',\n]", { a, b }],
	['a list of Python without brackets', "'a', 'b; c'", { a, 'b; c': 2 }],
	['a tuple', "('a', 'b')", { a, b }],
	['a quoted name before a line', "'a'\nb", { a, b }],
	['a quoted name before a word', "'a' c, b", { "'a' c": 1, b }],
	['a parenthesis that nothing closes', "('a', b", { "('a'": 1, b }],
	['bullets with wide gaps', '•  a\n*  b', { a, b }],
	['a list within brackets', '[["a", "b"]]', { a, b }],
	['an array of NumPy', "['a' 'b']", { a, b }],
	['a list of bare names', '[a, b]', { a, b }],
	['names that begin and end with brackets', '[a], [b]', { '[a]': 1, '[b]': 2 }],
	['one dragged name', "['Amount USD']", { 'Amount USD': 1 }],
	['dragged names', "['Amount USD'], ['b']", { 'Amount USD': 1, b }],
	['a list of dragged names', "[['Amount USD'], ['b']]", { 'Amount USD': 1, b }],
	['a path', "['a']['b']", { a: { b: 3 } }, { "['a']['b']": 3 }],
	['$json', '$json.a, $json["b"], $json.c.d', { a, b, c: { d: 3 } }, { a, b, 'c.d': 3 }],
	['$json and more brackets', "$json['a'].b", { a: { b: 3 } }, { "['a'].b": 3 }],
	['expressions', '{{ $json.a }}, {{ $json["x, y"] }}', { a, 'x, y': 2 }],
	['expressions without commas', '{{ $json.a }} {{ $input.item.json.b }}', { a, b }],
	['$json alone', '$json, b', { $json: 1, b }],
	['an array', ['a', 'x, y', "['b']", 5], { a, 'x, y': 2, "['b']": 3, 5: 4 }],
	['an array with a path', ['a', 'c.d'], { a, c: { d: 3 } }, { a, 'c.d': 3 }],
	['apostrophes', "it's, that's", { "it's": 1, "that's": 2 }],
	['a quote at the beginning', "'tis, b", { "'tis": 1, b }],
	['a dragged name with a backslash', "['a\\b']", { 'a\\b': 1 }],
	['a dragged name with two', "['a\\\\b']", { 'a\\\\b': 1, 'a\\b': 2 }, { 'a\\\\b': 1 }],
	['a typed name with an escaped backslash', "['a\\\\b']", { 'a\\b': 2 }],
	['a dragged name that ends with a backslash', "['a\\'], ['b']", { 'a\\': 1, b }],
	['a dragged name with a backslash and a quote', "['\\it\\'s']", { "\\it's": 1 }],
	['a dragged path with backslashes', "x['a\\\\b']", { x: { 'a\\\\b': 1, 'a\\b': 2 } }, { "x['a\\\\b']": 1 }],
	['a typed path with backslashes', "x['a\\\\b']", { x: { 'a\\b': 2 } }, { "x['a\\\\b']": 2 }],
	['a quoted name with escapes', '"a\\nb", "c\\\\d"', { 'a\nb': 1, 'c\\d': 2 }],
	['a quoted name with a bare backslash', "'a\\new', 'c'", { 'a\\new': 1, c: 2 }],
])('%s', (_name, given, item, expected = item) => {
	expect(valuesOf(given, item)).toEqual(expected);
});

test.each<[unknown, string]>([
	[10, "'Columns' is 10, and not names of fields"],
	[{ a: 1 }, '\'Columns\' is {"a":1}, and not names of fields'],
	[['a', { b: 1 }], '\'Columns\' is {"b":1}, and not names of fields'],
	[['a', ''], '\'Columns\' is "", and not names of fields'],
	[[], "'Columns' is [], and not names of fields"],
])('%j is no list of columns', (given, message) => {
	expect(valuesOf(given, {})).toBe(message);
});

test('a path is read as it is typed, or as it was inserted', () => {
	expect([parsePath("['a\\\\b'].c"), insertedPath("['a\\\\b'].c")]).toEqual([
		['a\\b', 'c'],
		['a\\\\b', 'c'],
	]);
});

test.each<[string, string[] | undefined]>([
	['', []],
	['.a', ['a']],
	['a.b', ['a', 'b']],
	['a..b', undefined],
	['a.', undefined],
	['[0]', ['0']],
	['[ 12 ]a', ['12', 'a']],
	['[]', undefined],
	['[-1]', undefined],
	['[0', undefined],
	["[\t'a'\n]", ['a']],
	['["it\'s"]', ["it's"]],
	["['a\\b']", ['a\\b']],
	["['a\\\\b']", ['a\\b']],
	["['a\\']", ['a\\']],
	["['a\\' ].b", ['a\\', 'b']],
	["['a' x\\']", undefined],
	[`['${'a'.repeat(2000)}\\']`, undefined],
	['[\'a\\\\\']["\\""]', ['a\\', '"']],
	["['a' b]", undefined],
	["['a", undefined],
	["['a\\", undefined],
	["['a\\\nb']", undefined],
	["['a\nb']", ['a\nb']],
	["['']", ['']],
	["a'b", undefined],
	['a]', undefined],
	['a,b', undefined],
])('the path %j', (text, path) => {
	expect(parsePath(text)).toEqual(path);
});

describe('as regular expressions would read it', () => {
	const STEP =
		/^(?:\.?([^.[\]'",]+)|\[\s*(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)"|(\d+))\s*\]|\[\s*'((?:[^']|(?<=\\)')*?\\)'\s*\])/;

	function pathIn(text: string): string[] | undefined {
		const path: string[] = [];
		for (let rest = text; rest !== ''; ) {
			const step = STEP.exec(rest);
			if (!step) return undefined;
			const [whole, plain, single, double, index, inserted] = step;
			const quoted = (single ?? double ?? '').replace(/\\([\\'"])/g, '$1');
			path.push(plain ?? index ?? inserted?.replaceAll("\\'", "'") ?? quoted);
			rest = rest.slice(whole.length);
		}
		return path;
	}

	const characters = fc.constantFrom(
		...[
			'[',
			']',
			"'",
			'"',
			'\\',
			',',
			'.',
			' ',
			'\n',
			'\u2028',
			'\ufeff',
			'a',
			'0',
			'١',
			'\ud83d',
			"['",
			"']",
			'["',
			'"]',
		],
	);
	const texts = fc.array(characters, { maxLength: 30 }).map((parts) => parts.join(''));

	/** A matcher costs more than reading the text, so it is asked only for what there is to tell. */
	function expectSame(found: unknown, expected: unknown): void {
		if (!isDeepStrictEqual(found, expected)) expect(found).toEqual(expected);
	}

	test('paths', () => {
		fc.assert(
			fc.property(texts, (text) => {
				expectSame(parsePath(text), pathIn(text));
			}),
			{ numRuns: 20_000 },
		);
	});
});

test.each([
	['[', 10_000_000],
	['a', 10_000_000],
	[',[', 200_000],
	["['a ", 200_000],
	['["\\', 200_000],
	["['a']", 200_000],
	['a.', 200_000],
	['[0', 200_000],
	['[ ', 200_000],
	['[" ', 200_000],
	["['\\' ", 200_000],
	[',"', 200_000],
	[",'a\\', ", 200_000],
	['"a" ', 200_000],
	['a}}', 200_000],
	['- a\n', 200_000],
])(
	'%j, repeated until there are %i characters, is read and overflows nothing',
	(part, length) => {
		const text = part.repeat(length / part.length);
		expect(parsePath(text) ?? []).toBeInstanceOf(Array);
		expect(parseColumns(text).ok).toBe(true);
	},
	60_000,
);

describe('an item that lacks a field', () => {
	const fields = (amount: number) => Object.fromEntries(Array.from({ length: amount }, (_, index) => [`f${index}`, 0]));

	test('says what it has, up to twenty fields', () => {
		expect(fieldsOf({})).toBe('The item has no fields.');
		expect(fieldsOf({ a: 1, b: 2 })).toBe('The item has the fields a, b.');
		expect(fieldsOf(fields(20))).toMatch(/f18, f19\.$/);
		expect(fieldsOf(fields(21))).toMatch(/f18, f19, …\.$/);
	});

	test('fails by the name', () => {
		expect(missingColumn({ a: 1 }, { name: 'b', path: ['b'] })).toEqual({
			ok: false,
			failure: {
				kind: 'input',
				message: "The field 'b' is missing",
				description: "The item has the fields a. Check the names in 'Columns'; capital letters count.",
			},
		});
	});
});

describe('names that look equal', () => {
	const has = (field: string, wanted: string): string | undefined => lookAlike({ other: 1, [field]: 2 }, wanted)?.has;
	test.each([
		['\ufeffamount', 'amount', "the item has 'amount' with a byte order mark before it"],
		['amount ', 'amount', "the item has 'amount' with a space behind it"],
		['  amount', 'amount', "the item has 'amount' with a space before it"],
		['amount\u00a0', 'amount', "the item has 'amount' with a no-break space behind it"],
		['Amount\u00a0USD', 'Amount USD', "the item has 'Amount USD' with a no-break space in it"],
		['Amount  USD', 'Amount USD', "the item has 'Amount USD' with two spaces in a row"],
		['Amount\nUSD', 'Amount USD', "the item has 'Amount USD' with a line break in it"],
		['am\u200bount', 'amount', "the item has 'amount' with a zero width space in it"],
		['am\u200eount', 'amount', "the item has 'amount' with the invisible character U+200E in it"],
		[
			'\ufeff amount\t',
			'amount',
			"the item has 'amount' with a byte order mark before it and a space before it and a tab behind it",
		],
		['amount', 'amo\u200bunt', "'Columns' names it with a zero width space in it, and the item has it without"],
		['gro\u0308ße', 'größe', "the item has 'gro\u0308ße', which looks the same and is encoded otherwise"],
		['a ', ' a', "the item has 'a' with a space behind it"],
		['\ufeffa ', 'a ', "the item has 'a' with a byte order mark before it"],
		['a ', 'a\u200b ', "'Columns' names it with a zero width space behind it, and the item has it without"],
		['\u200b a', 'a\u200b\u200e', "the item has 'a' with a zero width space before it and a space before it"],
		['a\r b', 'a b', "the item has 'a b' with a line break in it"],
		['a\u0085b', 'a b', "the item has 'a b' with the invisible character U+0085 in it"],
		['a  ', 'a ', "the item has 'a', which looks the same and is spaced otherwise"],
		['Amount', 'amount', "the item has 'Amount'"],
		['AMOUNT ', 'amount', "the item has 'AMOUNT (with a space behind it)'"],
	])('%j for %j', (field, wanted, words) => {
		expect(has(field, wanted)).toBe(words);
	});

	test('are not those that look different, or are the same', () => {
		expect([has('amounts', 'amount'), has('', 'amount'), has('x'.repeat(10_000), 'x')]).toEqual(
			Array(3).fill(undefined),
		);
		expect(has(' ', '\ufeff')).toBeUndefined();
		expect(lookAlike({ amount: 1 }, 'amount')).toBeUndefined();
		expect(lookAlike({ ['x'.repeat(600)]: 1 }, `${'x'.repeat(600)} `)).toBeUndefined();
	});

	test('the one that differs in nothing visible is named before one in other letters', () => {
		expect(lookAlike({ Amount: 1, 'amount ': 2 }, 'amount')?.has).toContain('with a space behind it');
	});

	test('the failure of a missing field names it, on its way too, and says what to do', () => {
		const missing = (item: Record<string, unknown>, name: string): unknown => {
			const [column] = parseColumns(name, item).ok ? [{ name, path: parsePath(name) ?? [name] }] : [];
			return column && missingColumn(item, column);
		};
		expect(missing({ '\ufeffamount': 1 }, 'amount')).toMatchObject({
			failure: {
				message: "The field 'amount' is missing; the item has 'amount' with a byte order mark before it",
				description: expect.stringContaining("'Exclude Byte Order Mark (BOM)'"),
			},
		});
		expect(missing({ 'amount ': 1 }, 'amount')).toMatchObject({
			failure: { description: expect.stringMatching(/rename it before this node\.$/) },
		});
		expect(missing({ geo: [{ 'lat ': 1 }] }, 'geo[0].lat')).toMatchObject({
			failure: { message: "The field 'geo[0].lat' is missing; the item has 'lat' with a space behind it" },
		});
		expect(missing({ geo: 5 }, 'geo.lat')).toMatchObject({ failure: { message: "The field 'geo.lat' is missing" } });
		expect(missing({ Amount: 1 }, 'amount')).toMatchObject({
			failure: { description: expect.stringMatching(/^Capital letters count\./) },
		});
	});

	test('a list of fields tells what no eye sees', () => {
		expect(fieldsOf({ 'a ': 1, b: 2 })).toBe('The item has the fields a (with a space behind it), b.');
		expect(fieldsOf({ '': 1, ' ': 2 })).toBe('The item has the fields ,  (with nothing visible in it).');
	});
});
