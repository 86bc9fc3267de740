/** What a cell may hold that nobody made for its column: what is nearly a value of a type, and what is none of any. */
import fc from 'fast-check';
import { DateTime } from 'luxon';
import { read } from '../test/support/json.cts';
import { jsonText, memberNames } from './schemaTypes.cts';

const nested = (levels: number): string => '['.repeat(levels) + ']'.repeat(levels);

const NUMBERS = [
	...[0, -0, 1, -1, 5, 127, 128, 300, 32768, 2147483648, 2 ** 53 - 1, 2 ** 53, -(2 ** 53), 2 ** 63, 2 ** 64, 1e21],
	...[1e-7, 1.5, -0.5, 1e308, 5e-324, NaN, Infinity, -Infinity, 20261125, 20261125223000, 1764000000000],
	...[1764000000000000, -719162, -719163, 2932896, 2932897, 253402300799999, 253402300800000],
];

const NUMBER_TEXTS = [
	...['0', '1', '-1', '-0', '01', '007', '-007', '+1', '.5', '5.', '-.5', '5.0', '5.00', '5.50', '1e3', '1E-2', '1e21'],
	...['1e400', '0x10', '1_000', '1,5', '1 000', 'NaN', 'Infinity', '-Infinity', 'inf', '12.50', '-12.340', '0.10'],
	...['9007199254740993', '9223372036854775807', '9223372036854775808', '-9223372036854775808', '-9223372036854775809'],
	...['18446744073709551615', '18446744073709551616', '1'.repeat(40), '1'.repeat(400), '5n', '²', '−5'],
	// Digits of other scripts, and white space of every kind.
	...['٣', '-٣', '５', '१२', '٣.٥', '1\n', '\n1', '1.5\n', '\u00A05', '\uFEFF5', '\u20285', '\u001C5', '\u00855'],
];

const TIME_TEXTS = [
	...['2026-11-25T22:30:00Z', '2026-11-25 22:30:00', '2026-11-25t22:30:00z', '2026-11-25T22:30:00+02:00'],
	...['2026-11-25T22:30:00+0200', '2026-11-25T22:30:00.123456789Z', '2026-11-25T22:30Z', '2026-11-25T24:00:00Z'],
	...['20261125', '20261125223000', '20261125T223000Z', '2026-11-25T22:30:60Z', '2026-11-25T22:30:00+24:00'],
	...['2026-11-25T22:30:00+05', '2026-02-29T00:00:00Z', '2026-11-25T00:00:00Z', '2026-11-25 00:00:00.000'],
	...['2026-11-25T22:30:00,5Z', '2026-11-25T22:30:00Z\n', '2026-11-25T22:30:00−02:00', '2026-11-25T22:30:00.Z'],
	...['2026-11-25T22:30:00 Z', '2026-11-25', '2026-11-25\n', '2026-02-29', '2024-02-29', '1900-02-29', '2000-02-29'],
	...['0000-01-01', '0001-01-01', '9999-12-31', '10000-01-01', '-2026-01-01', '2026-13-01', '2026-00-10', '2026-11-31'],
	...['2026-1-1', '25.11.2026', '11/25/2026', '2026-W48-3', '2026-330', '٢٠٢٦-١١-٢٥'],
];

const OTHER_TEXTS = [
	...['', ' ', '\t', '\n', 'abc', 'much', 'null', 'undefined', 'None', 'true', 'TRUE', 'False', 'yes'],
	...['AQI=', 'AQ==', 'AQI', 'A===', '====', '=', 'A-_=', 'AA AA===', 'QUJ\n', 'QUJD\n', 'QQ=\n', ' AQI= ', 'a+/0'],
	...['AQI=AQI=', 'é===', 'AÄ==', '[1,2]', '[1, null]', '["a"]', '[[1.5]]', '[]', '{}', '{"a":1}', '{"a":1,"b":"x"}'],
	...['[1,]', '{a:1}', '[NaN]', '[1e400]', '[9007199254740993]', '[18446744073709551616]', `[${'1'.repeat(400)}]`],
	...['{"a":18446744073709551616}', '"5"', '"[1]"', '[1', ' [1] ', '{"a":{"b":null}}', '["\\ud800"]'],
	...['\uD800', 'a\uDC00b', '😀', 'a\u0000b', '\u2028', nested(400), nested(501), nested(2000)],
];

const DATA = [
	...[[], [1, 2], [1, '2', null], ['a'], [[1.5], []], [null], [undefined], [true], [NaN], [2 ** 53], [1e21], [{}]],
	...[{}, { a: 1 }, { a: 1, b: 'x' }, { a: '1', b: null }, { a: null }, { a: undefined }, { A: 1 }, { a: NaN }],
	...[{ a: 1, b: 'x', c: 2 }, { toJSON: 1 }, { constructor: 1 }, { length: 1, 0: 5 }, { a: { b: [1] } }],
	...[read(nested(400)), read(nested(501)), Buffer.from([1, 2]), Buffer.alloc(0), true, false, null],
	...[new Date(0), new Date('2026-11-25'), new Date('2026-11-25T22:30:00Z'), new Date(NaN), new Date(8.64e15)],
	...[[new Date(0)], { a: new Date(NaN) }, DateTime.fromISO('2026-11-25T00:00:00', { zone: 'Europe/Berlin' })],
	DateTime.invalid('unparsable'),
];

const strangers = fc.constantFrom<unknown>(...NUMBERS, ...NUMBER_TEXTS, ...TIME_TEXTS, ...OTHER_TEXTS, ...DATA);

/** A value that has nothing to do with its column. */
export const strange: fc.Arbitrary<unknown> = fc.oneof(
	{ weight: 8, arbitrary: strangers },
	{ weight: 1, arbitrary: fc.jsonValue() },
	{ weight: 1, arbitrary: fc.dictionary(memberNames, strangers, { maxKeys: 3 }) },
	{ weight: 1, arbitrary: fc.array(strangers, { maxLength: 3 }) },
);

const LETTERS = [
	'',
	'',
	' ',
	'0',
	'1',
	'9',
	'-',
	'+',
	'.',
	'T',
	'Z',
	':',
	'e',
	'=',
	'\n',
	'\u00A0',
	'٣',
	'"',
	',',
	'[',
	'}',
];

function textOf(value: unknown): string {
	if (value instanceof Date) return value.toISOString();
	return typeof value === 'string' ? value : jsonText(value);
}

/** The texts of values with one character too many, too few, or another. */
export function misspelt(values: fc.Arbitrary<unknown>): fc.Arbitrary<string> {
	return fc
		.tuple(values.map(textOf), fc.nat(60), fc.boolean(), fc.constantFrom(...LETTERS))
		.map(([text, place, isAnother, letter]) => {
			const start = place % (text.length + 1);
			return text.slice(0, start) + letter + text.slice(isAnother ? start + 1 : start);
		});
}
