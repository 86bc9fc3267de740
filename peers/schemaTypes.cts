/** Types of a schema's columns as Hopsworks and its users write them, each with values that a table may well hold for it. */
import fc from 'fast-check';
import { DateTime } from 'luxon';
import { read } from '../test/support/json.cts';

export interface GeneratedType {
	/** As the schema has it; null where it is not resolved. */
	text: string | null;
	/** Mostly values that the type takes, or that the node turns into such. */
	values: fc.Arbitrary<unknown>;
}

/** Now and then a value that the library takes and the node does not, and that chance alone would hardly find. */
function seldom(values: fc.Arbitrary<unknown>, exception: unknown): fc.Arbitrary<unknown> {
	return fc.oneof({ weight: 100, arbitrary: values }, { weight: 1, arbitrary: fc.constant(exception) });
}

/** Numbers, and the text that a CSV file has for them. */
function orTexts(numbers: fc.Arbitrary<number>): fc.Arbitrary<unknown> {
	return fc.oneof(
		numbers,
		numbers.map(String),
		numbers.map((number) => ` ${number} `),
	);
}

const integers = fc.oneof(fc.integer(), fc.integer({ min: -300, max: 300 }));
const longIntegers = fc.bigInt({ min: -(2n ** 70n), max: 2n ** 70n });
const doubles = fc.double({ noNaN: true, noDefaultInfinity: true });
const decimals = fc
	.tuple(fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n }), fc.stringMatching(/^\d{0,12}$/))
	.map(([whole, rest]) => (rest === '' ? String(whole) : `${whole}.${rest}`));
const wholeNumbers = fc.oneof(
	{ weight: 4, arbitrary: orTexts(integers) },
	integers.map((integer) => `${integer}.0`),
	fc.maxSafeInteger(),
	fc.bigInt({ min: -(2n ** 63n), max: 2n ** 64n - 1n }).map(String),
);
const texts = fc.oneof(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'binary' }));

const moments = fc.date({
	min: new Date('0001-01-01'),
	max: new Date('9999-12-31T23:59:59.999Z'),
	noInvalidDate: true,
});
const isoTexts = moments.map((moment) => moment.toISOString());
const milliseconds = moments.map((moment) => moment.getTime());
const days = isoTexts.map((text) => text.slice(0, 10));
const zones = fc.constantFrom('utc', 'Europe/Berlin', 'Asia/Kathmandu', 'America/St_Johns', 'UTC-11');
const inZones = fc.tuple(moments, zones).map(([moment, zone]) => DateTime.fromJSDate(moment, { zone }));
const marks = fc.constantFrom('T', 't', ' ');
const fractions = fc.constantFrom('', '.1', '.123456789', '.000');
const offsets = fc.constantFrom('', 'Z', 'z', '+02:00', '-0530', '+23:59', '+05:75', '-23:60');
const otherTexts = fc
	.tuple(isoTexts, marks, fractions, offsets)
	.map(([text, mark, fraction, offset]) => text.slice(0, 10) + mark + text.slice(11, 19) + fraction + offset);

const bytes = fc.uint8Array({ maxLength: 12 }).map((array) => Buffer.from(array));

const base64 = bytes.map((buffer) => buffer.toString('base64'));

const SCALARS: Array<[names: string[], values: fc.Arbitrary<unknown>]> = [
	[['int', 'tinyint', 'smallint', 'integer', ' INT ', 'Integer'], seldom(wholeNumbers, 2 ** 53)],
	[['bigint', 'BigInt'], fc.oneof(wholeNumbers, longIntegers, longIntegers.map(String))],
	[['float', 'double', 'Double'], fc.oneof(orTexts(doubles), orTexts(integers), longIntegers)],
	[
		['decimal', 'decimal(10,2)', 'decimal(38, 0)', 'DECIMAL(5,1)', 'decimals'],
		fc.oneof(orTexts(integers), doubles, longIntegers, decimals),
	],
	[
		['string', 'varchar(20)', 'char(3)', 'String', 'character'],
		fc.oneof({ weight: 3, arbitrary: texts }, integers, doubles, fc.boolean(), moments),
	],
	[['boolean'], fc.oneof(fc.boolean(), fc.constantFrom('true', 'False', ' TRUE ', 'false'))],
	[
		['timestamp', 'TIMESTAMP'],
		fc.oneof(moments, inZones, isoTexts, otherTexts, milliseconds, milliseconds.map(String)),
	],
	[
		['date'],
		fc.oneof(
			days,
			days.map((day) => new Date(day)),
			days.map((day) => DateTime.fromISO(day, { zone: 'Asia/Kathmandu' })),
			fc.integer({ min: -719_162, max: 2_932_896 }),
		),
	],
	[['binary'], seldom(fc.oneof(bytes, base64), 'QUJ\n')],
];

const scalars: fc.Arbitrary<GeneratedType> = fc.oneof(
	...SCALARS.map(([names, values]) => fc.constantFrom(...names).map((text) => ({ text, values }))),
);

/** Words that are no types, so that nothing is checked. */
const UNKNOWN = [
	...['long', 'numeric', 'timestamp_ntz', 'array', 'array<int', 'array<>', 'map<int>', 'map<string,int,int>', 'uuid'],
	...['struct', 'map<string,', 'int(5)', 'binary(5)', 'interval day', '', '  ', null],
];
const NESTED = read('['.repeat(501) + ']'.repeat(501));
const unknown: fc.Arbitrary<GeneratedType> = fc
	.constantFrom(...UNKNOWN)
	.map((text) => ({ text, values: seldom(fc.jsonValue(), NESTED) }));

/** No text holds it, so it can stand around digits that are to be bare. */
const MARK = '\uE000';

/** JSON as a user writes it into a cell: integers with all their digits, and what JSON does not have as JavaScript writes it. */
export function jsonText(value: unknown): string {
	// In a list, where undefined is null.
	const marked = JSON.stringify([value], (_name, member: unknown) =>
		typeof member === 'bigint' ? `${MARK}${member}${MARK}` : member,
	);
	return marked.slice(1, -1).replaceAll(new RegExp(`"${MARK}(-?\\d+)${MARK}"`, 'g'), '$1');
}

/** Lists and objects, as data or as JSON text. */
function orJsonTexts(values: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> {
	return fc.oneof({ weight: 3, arbitrary: values }, { weight: 1, arbitrary: values.map(jsonText) });
}

export const memberNames = fc.constantFrom('a', 'b', 'c', 'Amount', 'é', 'constructor', '__proto__', 'x y', '"');
const fieldNames = fc.constantFrom('a', 'b', 'c', 'constructor', 'tostring', 'x y', 'é');

/** What stands inside a list, a map or a struct. */
type Inside = (type: GeneratedType) => fc.Arbitrary<unknown>;

type NamedType = GeneratedType & { text: string };

function isNamed(type: GeneratedType): type is NamedType {
	return type.text !== null;
}

/** Types of every kind, up to so many levels in one another. */
export function generatedTypes(inside: Inside, levels: number): fc.Arbitrary<GeneratedType> {
	if (levels === 0) return fc.oneof({ weight: 9, arbitrary: scalars }, { weight: 1, arbitrary: unknown });
	const inner = generatedTypes(inside, levels - 1).filter(isNamed);
	const lists = fc.tuple(inner, fc.constantFrom('', ' ')).map(([element, space]) => ({
		text: `array<${space}${element.text}${space}>`,
		values: orJsonTexts(fc.array(inside(element), { maxLength: 4 })),
	}));
	const maps = fc.tuple(inner, fc.constantFrom('map<string,', 'MAP<int, ')).map(([value, opening]) => ({
		text: `${opening}${value.text}>`,
		values: orJsonTexts(fc.dictionary(memberNames, inside(value), { maxKeys: 4 })),
	}));
	const structs = fc
		.uniqueArray(fc.tuple(fieldNames, inner), { maxLength: 4, selector: ([name]) => name })
		.map((fields) => ({
			text: `struct<${fields.map(([name, { text }]) => `${name}:${text}`).join()}>`,
			values: orJsonTexts(fc.record(Object.fromEntries(fields.map(([name, type]) => [name, inside(type)])))),
		}));
	return fc.oneof(
		{ weight: 12, arbitrary: scalars },
		{ weight: 1, arbitrary: unknown },
		{ weight: 3, arbitrary: lists },
		{ weight: 2, arbitrary: maps },
		{ weight: 3, arbitrary: structs },
	);
}
