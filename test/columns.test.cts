/** The 'Columns' field: what is read as names and paths, and that any text is read in time linear in it. */
import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { fieldsOf, missingColumn, parseColumns, parsePath, columnValue } from '../nodes/core/predict/columns';
import { read, recordOf } from './support/json.cts';

function valuesOf(text: string, item: Record<string, unknown>): unknown {
	const columns = parseColumns(text);
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
	['', {}, "'Columns' names no column"],
])('%j of %j', (text, item, expected) => {
	expect(valuesOf(text, item)).toEqual(expected);
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
	const STEP = /^(?:\.?([^.[\]'",]+)|\[\s*(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)"|(\d+))\s*\])/;
	const LIST = /(?:[^,[]|\[\s*'(?:[^'\\]|\\.)*'\s*\]|\[\s*"(?:[^"\\]|\\.)*"\s*\]|\[)+/g;

	function pathIn(text: string): string[] | undefined {
		const path: string[] = [];
		for (let rest = text; rest !== ''; ) {
			const step = STEP.exec(rest);
			if (!step) return undefined;
			const [whole, plain, single, double, index] = step;
			path.push(plain ?? index ?? (single ?? double ?? '').replace(/\\(.)/g, '$1'));
			rest = rest.slice(whole.length);
		}
		return path;
	}

	function columnsIn(text: string): unknown {
		const typed = (text.match(LIST) ?? []).map((part) => part.trim()).filter((part) => part !== '');
		const columns = typed.map((part) => ({ part, path: pathIn(part) ?? [part] }));
		return columns.map(({ part, path }) => ({ name: path.length === 1 ? path[0] : part, path }));
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

	test('lists', () => {
		fc.assert(
			fc.property(texts, (text) => {
				const columns = parseColumns(text);
				expectSame(columns.ok ? columns.value : [], columnsIn(text));
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
		expect(missingColumn({ a: 1 }, 'b')).toEqual({
			ok: false,
			failure: {
				kind: 'input',
				message: "The field 'b' is missing",
				description: "The item has the fields a. Check the names in 'Columns'; capital letters count.",
			},
		});
	});
});
