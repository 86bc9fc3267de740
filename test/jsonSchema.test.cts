/** Schemas of structured answers: which can be sent, how an answer departs from one, and that neither takes long, whatever they hold. */
import fc from 'fast-check';
import { choiceTester, isEqual } from '../nodes/core/language/choices';
import { departureFrom as departureInTurns } from '../nodes/core/language/departure';
import { isRecord, parseGiven, parseReply, type Json } from '../nodes/core/json/json';
import { readJsonSchema } from '../nodes/core/language/jsonSchema';
import { inOrder } from '../nodes/core/language/schemaOrder';
import type { Schema } from '../nodes/core/language/schemaPlaces';
import { problemInSchema } from '../nodes/core/language/schemaProblem';
import { read } from './support/json.cts';

/** At one go. */
const departureFrom = async (schema: Record<string, unknown>, answer: Json): Promise<string | undefined> =>
	await departureInTurns(schema, answer, async () => {});

/** The message of a schema that cannot be sent. */
function problemOf(schema: unknown): string | undefined {
	const outcome = readJsonSchema(schema);
	return outcome.ok ? undefined : outcome.failure.message;
}

function nested(levels: number, wrap: (inner: unknown) => unknown, innermost: unknown = {}): unknown {
	return Array.from({ length: levels }).reduce((inner: unknown) => wrap(inner), innermost);
}

const ADVICE =
	'Give a schema such as {"type": "object", "properties": {"team": {"enum": ["billing", "sales"]}}, "required": ["team"]}.';
const TYPES = 'object, array, string, number, integer, boolean, null';

describe('a schema that can be sent', () => {
	test.each<[string, object]>([
		['a type', { type: 'string' }],
		['several types', { type: ['string', 'null'] }],
		['choices of any kind', { enum: [null, { a: [1] }, 5n] }],
		['a value', { const: 1 }],
		['members', { properties: { a: true, b: false, c: {} } }],
		['elements', { items: { type: 'integer' } }],
		['elements of any kind', { items: true }],
		['required members alone', { type: 'object', required: ['a'] }],
		['required members that are there', { required: ['toString'], properties: read('{"toString": {}}') }],
		['an empty list of required members', { properties: {}, required: [] }],
		['required members that are described nowhere', { properties: {}, required: ['a', 'toString'] }],
		['what must not be', { not: { type: 'null' } }],
		['members by pattern', { patternProperties: { '^[a-z]+$': {}, '\\-': true } }],
		['bounds', { minimum: -1.5, maximum: 9007199254740993n, exclusiveMinimum: 0, multipleOf: 0.01, minLength: 0 }],
		['a pattern that is not checked', { pattern: '(?=a)' }],
		['a tuple', { prefixItems: [{}, true], items: false }],
		['a tuple of draft-07', { items: [{ type: 'string' }], additionalItems: false }],
		['a tuple without elements', { items: [], maxItems: 0 }],
		['what is no keyword beside other elements', { items: {}, additionalItems: 5 }],
		['a keyword that is not checked', { uniqueItems: true }],
		['a reference to a boolean', { $ref: '#/$defs/any', $defs: { any: true } }],
		['a reference into a list', { $ref: '#/$defs/a/anyOf/1', $defs: { a: { anyOf: [{}, {}] } } }],
		['a reference with escapes', { $ref: '#/$defs/a%20%25b~1', $defs: { 'a %b/': {} } }],
		['a reference to a name', { $ref: '#here', $defs: { a: { properties: { b: { $anchor: 'here' } } } } }],
		['a reference to a name of draft-07', { $ref: '#here', definitions: { a: { $id: '#here' } } }],
		['a reference by its own address', { $id: 'https://a.test/b', $ref: '#/$defs/c', $defs: { c: {} } }],
		['a reference to an address', { $ref: 'b#/$defs/c', $defs: { b: { $id: 'b', $defs: { c: {} } } } }],
		['variants', { oneOf: [{ type: 'string' }, { allOf: [{}] }] }],
		['a list of trees', { type: 'array', items: { $ref: '#' } }],
		['a tree', { $defs: { tree: { properties: { left: { $ref: '#/$defs/tree' } } } }, $ref: '#/$defs/tree' }],
		['a tree or nothing', { anyOf: [{ type: 'null' }, { properties: { next: { $ref: '#' } } }] }],
		['two references to one place', { $defs: { a: {} }, anyOf: [{ $ref: '#/$defs/a' }, { $ref: '#/$defs/a' }] }],
		['names with slashes and tildes', { $defs: { 'a/~b': {} }, $ref: '#/$defs/a~1~0b' }],
		['a name without a letter', { type: 'string', '': {}, items: { $ref: '#/' } }],
		['hostile names', { properties: read('{"__proto__": {"type": "string"}, "constructor": {}}') }],
		['five hundred levels', { type: 'string', more: nested(498, (inner) => [inner]) }],
	])('has %s', (_name, schema) => {
		expect(readJsonSchema(schema)).toEqual({ ok: true, value: schema });
	});

	test('may stand inside the wrapping of OpenAI, unless the outer one is a schema itself', () => {
		const schema = { type: 'object' };
		expect(readJsonSchema({ name: 'x', schema })).toEqual({ ok: true, value: schema });
		expect(readJsonSchema({ type: 'string', schema })).toEqual({ ok: true, value: { type: 'string', schema } });
	});

	test('a member named like one of the wrapping’s is a member', () => {
		const schema = { properties: { schema: { type: 'string' } } };
		expect(readJsonSchema(schema)).toEqual({ ok: true, value: schema });
	});
});

describe('a schema that cannot be sent', () => {
	const cannot = "'JSON Schema' cannot be used: ";
	const nowhere = [
		'#/$defs/a',
		'other.json#/a',
		'#a',
		'#/anyOf/length',
		'#/%',
		'#/__proto__',
		'#/constructor',
		'#/toString',
		'#/$defs/no/a',
	];
	test.each<[string, unknown, string]>([
		['text', 'text', "'JSON Schema' is not a JSON object"],
		['a list', [{ type: 'string' }], "'JSON Schema' is not a JSON object"],
		['nothing', null, "'JSON Schema' is not a JSON object"],
		[
			'an example',
			{ team: 'x' },
			"'JSON Schema' says nothing about the answer: it has neither 'type' nor 'properties'",
		],
		['a wrapping around an example', { schema: { team: 'x' } }, "'JSON Schema' says nothing about the answer"],
		['a wrapping around no object', { schema: 'x' }, "'JSON Schema' says nothing about the answer"],
		['an unknown type', { type: 'text' }, `${cannot}its type is "text", and there are ${TYPES}`],
		['a type that is a name of every object', { type: 'toString' }, `${cannot}its type is "toString", and`],
		['a type that is an object', { type: { toString: 1 } }, `${cannot}its type is {"toString":1}, and`],
		['no type', { type: null }, `${cannot}its type is null, and`],
		['an unknown type among others', { type: ['string', 5n] }, `${cannot}its type is 5, and`],
		['a list in a list of types', { type: [['string']] }, `${cannot}its type is ["string"], and`],
		['choices that are none', { enum: {} }, `${cannot}'enum' is {}, not a list of one or more values`],
		['no choices', { enum: [] }, `${cannot}'enum' is [], not a list of one or more values`],
		['members as a list', { properties: ['a'] }, `${cannot}'properties' is ["a"], not an object`],
		['no members', { properties: null }, `${cannot}'properties' is null, not an object`],
		['no types at all', { type: [] }, `${cannot}'type' is an empty list`],
		['one required name', { type: 'object', required: 'a' }, `${cannot}'required' is "a", not a list of names`],
		['variants that are no list', { anyOf: 'text' }, `${cannot}'anyOf' is "text", not a list of one or more schemas`],
		['no variants', { oneOf: [] }, `${cannot}'oneOf' is [], not a list of one or more schemas`],
		['a bound as text', { minimum: '5' }, `${cannot}'minimum' is "5", not a number`],
		['a bound that is none', { maximum: Infinity }, `${cannot}'maximum' is Infinity, not a number`],
		['a bound of draft-04', { exclusiveMinimum: true }, `${cannot}'exclusiveMinimum' is true, not a number`],
		['multiples of nothing', { multipleOf: 0 }, `${cannot}'multipleOf' is 0, not a number above 0`],
		['a negative length', { minLength: -1 }, `${cannot}'minLength' is -1, not an integer of 0 or more`],
		['half an element', { maxItems: 1.5 }, `${cannot}'maxItems' is 1.5, not an integer of 0 or more`],
		['a pattern that is none', { pattern: '[a' }, `${cannot}'pattern' is "[a", not a regular expression`],
		[
			'a pattern of a name that is none',
			{ patternProperties: { '[a': {} } },
			`${cannot}'patternProperties' has "[a", not a regular expression`,
		],
		['a name that is none', { type: 'string', $anchor: 5 }, `${cannot}'$anchor' is 5, not text`],
		[
			'a required name that is none',
			{ properties: { 1: {} }, required: [1] },
			`${cannot}'required' is [1], not a list`,
		],
		['a reference that is none', { $ref: { toString: 1 } }, `${cannot}'$ref' is {"toString":1}, not text`],
		['a reference to a list', { anyOf: [{}], $ref: '#/anyOf' }, `${cannot}'$ref' "#/anyOf" leads nowhere`],
		...nowhere.map((reference): [string, unknown, string] => [
			`the reference '${reference}'`,
			{ $ref: reference },
			`${cannot}'$ref' "${reference}" leads nowhere`,
		]),
		['no schema among the members', { properties: { a: 5 } }, `${cannot}properties.a: it is not an object`],
		['no schema for the elements', { items: [{}, 5] }, `${cannot}items.1: it is not an object`],
		[
			'a problem among definitions',
			{ type: 'object', definitions: { x: { type: 1 } } },
			`${cannot}definitions.x: its type`,
		],
		[
			'a problem among patterns',
			{ type: 'object', patternProperties: { '^a': 1 } },
			`${cannot}patternProperties.^a: it is`,
		],
		[
			'a problem among other members',
			{ additionalProperties: { type: 1 }, type: 'object' },
			`${cannot}additionalProperties: its`,
		],
		[
			'a problem among the first elements',
			{ prefixItems: [{}, { type: 1 }], items: {} },
			`${cannot}prefixItems.1: its type`,
		],
		['a problem in what must not be', { not: { enum: 1 }, type: 'string' }, `${cannot}not: 'enum' is`],
		[
			'the first of two problems, in the order in which they stand',
			{ properties: { a: { anyOf: [{}, { type: 1 }] }, b: 5 } },
			`${cannot}properties.a.anyOf.1: its type is 1`,
		],
		[
			'a problem where only a reference leads',
			{ $ref: '#/components/schemas/x', components: { schemas: { x: { items: 5 } } } },
			`${cannot}components.schemas.x.items: it is not an object`,
		],
		['a name that is very long', { properties: { ['x'.repeat(5000)]: 1 } }, `${cannot}properties.${'x'.repeat(459)}…`],
		[
			'more than five hundred levels',
			{ type: 'string', more: nested(499, (inner) => [inner]) },
			`${cannot}it is nested more than 500 levels deep`,
		],
	])('is %s', (_name, schema, message) => {
		const read = readJsonSchema(schema);
		expect(read).toEqual({
			ok: false,
			failure: { kind: 'input', message: expect.stringContaining(message), description: ADVICE },
		});
	});

	test('holds itself, as data out of an expression can', () => {
		const schema: Schema = { type: 'object', properties: {} };
		schema.properties = { a: schema, b: schema };
		expect(problemOf(schema)).toContain('more than 500 levels deep');
	});

	const circle = (reference: string): string =>
		`'$ref' "${reference}" leads in a circle, without going into the answer`;
	test.each<[string, object, string]>([
		['to itself', { $ref: '#' }, circle('#')],
		['to itself, by its whole address', { $ref: '' }, circle('')],
		['beside other keywords', { type: 'object', properties: {}, $ref: '#' }, circle('#')],
		['over a variant', { anyOf: [{ $ref: '#' }] }, `anyOf.0: ${circle('#')}`],
		['over a variant of the second kind', { oneOf: [{}, { $ref: '#' }] }, `oneOf.1: ${circle('#')}`],
		['over what all must hold', { allOf: [{ $ref: '#' }] }, `allOf.0: ${circle('#')}`],
		['over what must not be', { type: 'string', not: { $ref: '#' } }, `not: ${circle('#')}`],
		[
			'over each other',
			{ type: 'object', $defs: { a: { $ref: '#/$defs/b' }, b: { $ref: '#/$defs/a' } } },
			`$defs.a: ${circle('#/$defs/b')}`,
		],
		[
			'deep inside, behind a way that is none',
			{
				items: { $ref: '#/$defs/a' },
				$defs: { a: { anyOf: [{ items: { $ref: '#' } }, { oneOf: [{ $ref: '#/$defs/a' }] }] } },
			},
			`$defs.a.anyOf.1.oneOf.0: ${circle('#/$defs/a')}`,
		],
		[
			'where only a reference leads',
			{ items: { $ref: '#/x/y' }, x: { y: { anyOf: [{ $ref: '#/x/y' }] } } },
			`x.y.anyOf.0: ${circle('#/x/y')}`,
		],
	])('has references in a circle: %s', (_name, schema, message) => {
		expect(problemOf(schema)).toBe(`'JSON Schema' cannot be used: ${message}`);
	});
});

test('what a schema is called by others is their business: one without any keyword is right', () => {
	expect([{}, { title: 'Anything' }].map(problemInSchema)).toEqual([undefined, undefined]);
	expect([true, null, [], 'text'].map(problemInSchema)).toEqual(Array(4).fill('it is not an object'));
	expect(problemInSchema({ type: 'text' })).toBe(`its type is "text", and there are ${TYPES}`);
});

describe('an answer', () => {
	const long = 9007199254740993n;
	test.each<[object, Json, string | undefined]>([
		[{ type: 'string' }, 'a', undefined],
		[{ type: 'string' }, null, 'it is null, not string'],
		[{ type: 'object' }, [], 'it is array, not object'],
		[{ type: ['object', 'array'] }, true, 'it is boolean, not object or array'],
		[{ type: ['null', 'string'] }, 'a', undefined],
		[{ type: [] }, true, undefined],
		[{ type: 'null' }, null, undefined],
		[{ type: 'null' }, {}, 'it is object, not null'],
		[{ type: 'array' }, [], undefined],
		[{ type: 'integer' }, 5, undefined],
		[{ type: 'integer' }, 5.5, 'it is number, not integer'],
		[{ type: 'integer' }, '-9007199254740993', undefined],
		[{ type: 'integer' }, '900719925474099', 'it is string, not integer'],
		[{ type: 'integer' }, '9007199254740993x', 'it is string, not integer'],
		[{ type: 'integer' }, 'x9007199254740993', 'it is string, not integer'],
		[{ type: 'number' }, 5.5, undefined],
		[{ type: 'number' }, '9007199254740993', undefined],
		[{ type: 'number' }, '5', 'it is string, not number'],
		[{ type: 'number' }, ['9007199254740993'], 'it is array, not number'],
		[{ enum: ['a', 1, { b: [1, null], c: 2 }] }, { c: 2, b: [1, null] }, undefined],
		[{ enum: ['a', long] }, '9007199254740993', undefined],
		[{ enum: ['a', long] }, '9007199254740994', 'it is "9007199254740994", none of "a", 9007199254740993'],
		[{ enum: [[long]] }, ['9007199254740993'], undefined],
		[{ enum: ['1', null] }, 1, 'it is 1, none of "1", null'],
		[{ enum: [{ toString: 1 }] }, { valueOf: {} }, 'it is {"valueOf":{}}, none of {"toString":1}'],
		[{ enum: 'a' }, 1, undefined],
		[{ type: 'string', enum: ['a'] }, 1, 'it is number, not string'],
		[{ properties: { a: { enum: [1] } } }, { a: 2 }, "'a' is 2, none of 1"],
		[{ properties: { a: { properties: { b: { type: 'null' } } } } }, { a: { b: 1 } }, "'a.b' is number, not null"],
		[{ items: { items: { type: 'null' } } }, [[], [null, 1]], "'[1][1]' is number, not null"],
		[{ items: { properties: { a: { type: 'null' } } } }, [{ a: 1 }], "'[0].a' is number, not null"],
		[{ properties: { a: { items: { type: 'null' } } } }, { a: [1] }, "'a[0]' is number, not null"],
		[{ items: false }, [1], "'[0]' should not be there"],
		[{ items: true }, [1], undefined],
		[{ items: [{ type: 'null' }] }, [1], "'[0]' is number, not null"],
		[{ required: ['b', 'a'] }, { b: 1 }, "'a' is missing"],
		[{ required: ['toString'] }, {}, "'toString' is missing"],
		[{ required: ['__proto__'] }, {}, "'__proto__' is missing"],
		[{ required: [''] }, {}, "'' is missing"],
		[{ required: [1, { toString: 1 }] }, {}, undefined],
		[{ required: ['a'] }, [], undefined],
		[{ required: ['a'], properties: { b: { type: 'null' } } }, { b: 1 }, "'a' is missing"],
		[{ properties: { a: { required: ['b'] } } }, { a: {} }, "'a.b' is missing"],
		[{ additionalProperties: false, properties: { a: {} } }, { a: 1, b: 1 }, "'b' should not be there"],
		[{ additionalProperties: { type: 'null' } }, { a: null, b: 1 }, "'b' is number, not null"],
		[{ additionalProperties: false, properties: {} }, { toString: 1 }, "'toString' should not be there"],
		[{ additionalProperties: false, properties: {} }, read('{"__proto__": 1}'), "'__proto__' should not be there"],
		[
			{ properties: read('{"__proto__": {"type": "null"}}') },
			read('{"__proto__": 1}'),
			"'__proto__' is number, not null",
		],
		[{ properties: { constructor: { type: 'null' } } }, { constructor: 1 }, "'constructor' is number, not null"],
		[{ properties: { constructor: { type: 'null' } } }, {}, undefined],
		[{ properties: { '': { type: 'null' } } }, { '': 1 }, "'' is number, not null"],
		[{ properties: 5 }, { a: 1 }, undefined],
		[{ anyOf: [{ type: 'null' }, { type: 'string' }] }, 'a', undefined],
		[{ anyOf: [{ type: 'null' }, { type: 'string' }] }, 1, 'it is number, not null'],
		[{ oneOf: [{ type: 'null' }, { type: 'string' }] }, 1, 'it is number, not null'],
		[{ oneOf: [{ type: 'null' }, true] }, 1, undefined],
		[{ anyOf: [{}], oneOf: [{ type: 'null' }] }, 1, 'it is number, not null'],
		[{ anyOf: [] }, 1, undefined],
		[{ anyOf: [false, { type: 'null' }] }, 1, 'it should not be there'],
		[{ anyOf: { 0: { type: 'null' } } }, 1, undefined],
		[{ anyOf: [{ required: ['a'] }, { required: ['b'] }], required: ['c'] }, { b: 1 }, "'c' is missing"],
		[{ anyOf: [{ required: ['a'] }], required: ['c'] }, {}, "'a' is missing"],
		[{ anyOf: [{ type: 'null' }], type: 'string' }, 1, 'it is number, not string'],
		[{ $ref: '#/$defs/a', $defs: { a: { type: 'null' } } }, 1, 'it is number, not null'],
		[{ $ref: '#/$defs/a', $defs: { a: { type: 'null' } }, type: 'string' }, 1, 'it is number, not string'],
		[{ $ref: '#/$defs/a', $defs: { a: {} }, items: { type: 'null' } }, [1], "'[0]' is number, not null"],
		[{ $ref: '#/nowhere' }, 1, undefined],
		[{ $ref: '#' }, 1, undefined],
		[{ anyOf: [{ $ref: '#' }, { type: 'null' }] }, 1, undefined],
		[
			{ items: { anyOf: [{ $ref: '#' }, { type: 'null' }] }, type: 'array' },
			[null, [[]], [[1]]],
			"'[2][0][0]' is number, not array",
		],
		[{ type: 'array', items: { $ref: '#' } }, [[], [[], 1]], "'[1][1]' is number, not array"],
		[{ const: 4 }, 5, 'it is 5, not 4'],
		[{ const: null }, null, undefined],
		[{ const: { a: [long] } }, { a: ['9007199254740993'] }, undefined],
		[{ const: long }, '9007199254740992', 'it is "9007199254740992", not 9007199254740993'],
		[{ const: 1e20 }, '100000000000000000000', undefined],
		[{ const: 100000000000000000000n }, 1e20, undefined],
		[{ properties: { age: { maximum: 120 } } }, { age: 200 }, "'age' is 200, more than 120"],
		[{ minimum: 0 }, -1, 'it is -1, less than 0'],
		[{ exclusiveMinimum: 0 }, 0, 'it is 0, not more than 0'],
		[{ exclusiveMaximum: 1 }, 1, 'it is 1, not less than 1'],
		[{ minimum: 0, maximum: 1, exclusiveMinimum: -1, exclusiveMaximum: 2, multipleOf: 1 }, 'a', undefined],
		[{ type: 'integer', maximum: long }, '9007199254740993', undefined],
		[{ type: 'integer', maximum: long }, '9007199254740994', 'it is 9007199254740994, more than 9007199254740993'],
		[
			{ type: 'integer', maximum: 9007199254740992 },
			'9007199254740993',
			'it is 9007199254740993, more than 9007199254740992',
		],
		[{ type: 'integer', minimum: long }, 9007199254740991, 'it is 9007199254740991, less than 9007199254740993'],
		[{ type: 'integer', multipleOf: 2 }, '9007199254740994', undefined],
		[{ type: 'integer', multipleOf: 2 }, '9007199254740993', 'it is 9007199254740993, not a multiple of 2'],
		[{ type: 'integer', multipleOf: 0.5 }, '9007199254740993', undefined],
		[{ multipleOf: 0.01 }, 0.07, undefined],
		[{ multipleOf: 0.01 }, 4.35, undefined],
		[{ multipleOf: 0.01 }, 0.075, 'it is 0.075, not a multiple of 0.01'],
		[{ multipleOf: 1e-7 }, 3e-7, undefined],
		[{ multipleOf: 3 }, 1e21, 'it is 1e+21, not a multiple of 3'],
		[{ multipleOf: 5 }, 7, 'it is 7, not a multiple of 5'],
		[{ multipleOf: 5 }, 0, undefined],
		[{ type: 'string', maximum: 5 }, '9007199254740993', undefined],
		[{ not: { type: 'string' } }, '9007199254740993', undefined],
		[{ not: { type: 'integer' } }, '9007199254740993', undefined],
		[{ oneOf: [{ type: 'string' }, { type: 'integer' }] }, '9007199254740993', undefined],
		[{ type: 'string', pattern: '^[a-z]+$' }, '9007199254740993', 'it does not match the pattern ^[a-z]+$'],
		[{ type: 'integer' }, '1000000000000000', 'it is string, not integer'],
		[{ type: 'integer' }, `1${'0'.repeat(100_000)}`, undefined],
		[{ minLength: 2 }, '😀', 'it has 1 character, fewer than 2'],
		[{ maxLength: 1 }, '😀', undefined],
		[{ maxLength: 1 }, '😀a', 'it has 2 characters, more than 1'],
		[{ maxLength: 2 }, 'abcde', 'it has 5 characters, more than 2'],
		[{ properties: { tags: { minItems: 1 } } }, { tags: [] }, "'tags' has 0 elements, fewer than 1"],
		[{ maxItems: 1 }, [1, 2], 'it has 2 elements, more than 1'],
		[{ minProperties: 2 }, { a: 1 }, 'it has 1 member, fewer than 2'],
		[{ maxProperties: 0 }, read('{"__proto__": 1}'), 'it has 1 member, more than 0'],
		[{ properties: { code: { pattern: '^[A-Z]+$' } } }, { code: 'a' }, "'code' does not match the pattern ^[A-Z]+$"],
		[{ pattern: '(?=b)' }, 'a', undefined],
		[{ not: { pattern: '(?=b)' } }, 'a', undefined],
		[{ allOf: [{ type: 'number' }, { maximum: 1 }] }, 2, 'it is 2, more than 1'],
		[{ oneOf: [{ minimum: 1 }, { maximum: 5 }] }, 3, "it fits 2 schemas of 'oneOf', not exactly one"],
		[{ oneOf: [{ uniqueItems: true }, { type: 'array' }] }, [], undefined],
		[{ not: { type: 'number' } }, 3, "it is 3, which 'not' rules out"],
		[{ not: { uniqueItems: true } }, [1, 1], undefined],
		[{ not: { not: { uniqueItems: true } } }, [1, 1], undefined],
		[{ not: { properties: { a: { contains: {} } }, required: ['a'] } }, { a: [] }, undefined],
		[{ not: { required: ['a'] } }, {}, undefined],
		[{ not: false }, 1, undefined],
		[{ prefixItems: [{ type: 'null' }], items: false }, [null, 1], "'[1]' should not be there"],
		[{ prefixItems: [true, { type: 'null' }] }, [1, 2], "'[1]' is number, not null"],
		[{ prefixItems: [{ type: 'null' }], items: { type: 'string' } }, [null, 'a', 'b'], undefined],
		[{ items: [{ type: 'null' }], additionalItems: false }, [null, 1], "'[1]' should not be there"],
		[{ items: { type: 'null' }, additionalItems: false }, [null, null], undefined],
		[{ patternProperties: { '^x-': { type: 'null' } }, additionalProperties: false }, { 'x-a': null }, undefined],
		[{ patternProperties: { '^x-': { type: 'null' } } }, { 'x-a': 1 }, "'x-a' is number, not null"],
		[{ patternProperties: { '^x-': {} }, additionalProperties: false }, { y: 1 }, "'y' should not be there"],
		[{ patternProperties: { a: { type: 'null' } }, properties: { a: {} } }, { a: 1 }, "'a' is number, not null"],
		[{ patternProperties: { '(?=x)': {} }, additionalProperties: false }, { y: 1 }, undefined],
		[
			{ patternProperties: { __proto: {}, 'to|__pro': { type: 'null' } }, additionalProperties: false },
			read('{"__proto__": 1}'),
			"'__proto__' is number, not null",
		],
		[{ additionalProperties: false }, { hasOwnProperty: 1 }, "'hasOwnProperty' should not be there"],
		[{ additionalProperties: false }, { valueOf: 1 }, "'valueOf' should not be there"],
		[{ enum: [{ toString: 1 }] }, { toString: 1 }, undefined],
		[{ enum: [{ toString: 1 }] }, {}, 'it is {}, none of {"toString":1}'],
		[{ const: read('{"__proto__": 1}') }, read('{"__proto__": 1}'), undefined],
		[{ const: read('{"__proto__": 1}') }, {}, 'it is {}, not {"__proto__":1}'],
		[{}, { a: 1 }, undefined],
		[{ $ref: '#here', $defs: { a: { $anchor: 'here', type: 'null' } } }, 1, 'it is number, not null'],
		[{ $ref: '#here', definitions: { a: { $id: '#here', type: 'null' } } }, 1, 'it is number, not null'],
		[{ $ref: '#/$defs/a%25~1~0', $defs: { 'a%/~': { type: 'null' } } }, 1, 'it is number, not null'],
		[{ $ref: '#/anyOf/1', anyOf: [{}, { type: 'null' }] }, 1, 'it is number, not null'],
		[{ $ref: '#/$defs/no', $defs: { no: false } }, 1, 'it should not be there'],
		[
			{ $ref: 'b', $defs: { b: { $id: 'b', $ref: '#/$defs/c', $defs: { c: { type: 'null' } } }, c: {} } },
			1,
			'it is number, not null',
		],
		[
			{ $id: 'https://a.test/b', $ref: 'https://a.test/b#/$defs/c', $defs: { c: { type: 'null' } } },
			1,
			'it is number, not null',
		],
		[{ $ref: '#/x/y', x: { y: { items: { $ref: '#/x/z' } }, z: { type: 'null' } } }, [1], "'[0]' is number, not null"],
	])('that departs from %p: %p', async (schema, value, departure) => {
		expect(await departureFrom({ ...schema }, value)).toBe(departure);
	});

	test('is told in one short line, whatever its names and values', async () => {
		const name = `a\n${'x'.repeat(1000)}`;
		const departure = await departureFrom(
			{ additionalProperties: { enum: ['y'.repeat(1000)] } },
			{ [name]: 'z'.repeat(1000) },
		);
		expect(departure).toBe(`'a ${'x'.repeat(497)}…`);
	});

	test('shows the choices behind a value that is long', async () => {
		expect(await departureFrom({ enum: ['a'] }, 'z'.repeat(1000))).toBe(`it is "${'z'.repeat(199)}…, none of "a"`);
	});

	test('names some of very many choices', async () => {
		const departure = await departureFrom({ enum: Array.from({ length: 1000 }, (_, index) => index) }, 'x');
		expect(departure).toMatch(/^it is "x", none of 0, 1, .*…$/);
		expect(await departureFrom({ enum: Array.from({ length: 200 }, () => 1) }, 2)).toMatch(/(1, ){150}/);
	});
});

const hostileNames = ['a', 'b', 'toString', '__proto__', 'constructor'];
const names = fc.constantFrom(...hostileNames);
const references = fc.constantFrom(
	...['#', '#/', '#a', 'x', '#/__proto__', '#/constructor', '#/properties/a', '#/items', '#/properties/__proto__'],
	...hostileNames.map((name) => `#/$defs/${name}`),
);
const records = (values: fc.Arbitrary<unknown>) =>
	fc.array(fc.tuple(names, values), { maxLength: 3 }).map((entries): unknown => Object.fromEntries(entries));
const leaves = fc.constantFrom<Json>(null, true, 0, 1.5, 'a', '9007199254740993');
const answers = fc.letrec<{ value: Json }>((tie) => ({
	value: fc.oneof(
		{ maxDepth: 4, withCrossShrink: true },
		leaves,
		fc.array(tie('value'), { maxLength: 3 }),
		records(tie('value')).map((value) => read(JSON.stringify(value))),
	),
})).value;
const types = fc.constantFrom('object', 'array', 'string', 'number', 'integer', 'boolean', 'null');
/** What stands where something else should. */
const wrong = fc.oneof(leaves, fc.constantFrom([], {}, [{ toString: 1 }], { valueOf: {} }, 5n, undefined));
const sometimes = (right: fc.Arbitrary<unknown>) =>
	fc.oneof({ weight: 30, arbitrary: right }, { weight: 1, arbitrary: wrong });
const schemas = fc.letrec<{ schema: unknown }>((tie) => ({
	schema: fc.oneof(
		{ maxDepth: 3 },
		sometimes(fc.record({ type: types }).map((schema): unknown => schema)),
		sometimes(fc.record({ $ref: references }).map((schema): unknown => schema)),
		sometimes(
			fc
				.record(
					{
						type: sometimes(fc.oneof(types, fc.array(types, { maxLength: 3 }))),
						enum: sometimes(fc.array(fc.oneof(leaves, answers), { minLength: 1, maxLength: 3 })),
						required: sometimes(fc.array(names, { maxLength: 2 })),
						properties: sometimes(records(tie('schema'))),
						additionalProperties: sometimes(tie('schema')),
						items: sometimes(tie('schema')),
						anyOf: sometimes(fc.array(tie('schema'), { maxLength: 3 })),
						oneOf: sometimes(fc.array(tie('schema'), { maxLength: 3 })),
						allOf: sometimes(fc.array(tie('schema'), { maxLength: 2 })),
						not: sometimes(tie('schema')),
						$ref: references,
						$defs: sometimes(records(tie('schema'))),
					},
					{ requiredKeys: [] },
				)
				.map((schema): unknown => schema),
		),
	),
})).schema;

/** The same data, counting how often something in it is looked at. */
function counted<Value>(data: Value, count: () => void): Value {
	if (typeof data !== 'object' || data === null) return data;
	const members = new Map<PropertyKey, unknown>();
	return new Proxy(data, {
		get(target, name) {
			count();
			if (!members.has(name)) members.set(name, counted(Reflect.get(target, name), count));
			return members.get(name);
		},
	});
}

/** How many values data has within it, itself included. */
function sizeOf(value: unknown): number {
	return typeof value === 'object' && value !== null
		? Object.values(value).reduce((sum: number, member: unknown) => sum + sizeOf(member), 1)
		: 1;
}

describe('any schema and any answer', () => {
	test('throw nothing, and what is said of them is short', async () => {
		let sent = 0;
		let departed = 0;
		await fc.assert(
			fc.asyncProperty(schemas, answers, async (given, answer) => {
				const asRead = readJsonSchema(given);
				if (asRead.ok) sent++;
				else expect(asRead.failure.message).toMatch(/^'JSON Schema' \S/);
				const departure = await departureFrom(isRecord(given) ? given : {}, answer);
				if (departure === undefined) return;
				expect(departure).toMatch(/^(?:it|'.*') (?:is|has|does|should|fits) /);
				expect(departure.length).toBeLessThanOrEqual(501);
				departed++;
			}),
			{ numRuns: 3000 },
		);
		expect(sent).toBeGreaterThan(600);
		expect(departed).toBeGreaterThan(200);
	}, 120_000);

	test('take steps in proportion to the schema times the answer', async () => {
		await fc.assert(
			fc.asyncProperty(schemas, answers, async (given, answer) => {
				if (!isRecord(given)) return;
				let steps = 0;
				const schema = counted(given, () => steps++);
				readJsonSchema(schema);
				expect(steps).toBeLessThanOrEqual(100 * sizeOf(given));
				steps = 0;
				await departureFrom(
					schema,
					counted(answer, () => steps++),
				);
				expect(steps).toBeLessThanOrEqual(50 * sizeOf(given) * sizeOf(answer));
			}),
			{ numRuns: 2000 },
		);
	}, 120_000);
});

describe('what takes steps without end when each way is gone', () => {
	const self = { $ref: '#/$defs/node' };
	const node = (...variants: object[]): Schema => ({ $defs: { node: { anyOf: variants } }, ...self });
	const into = (more: object = {}): object => ({ type: 'object', properties: { n: self }, ...more });
	const deep = parseReply(`${'{"n":'.repeat(400)}"x"${'}'.repeat(400)}`) ?? null;

	async function stepsOf(schema: Schema, answer: Json): Promise<{ departure: string | undefined; share: number }> {
		expect(readJsonSchema(schema).ok).toBe(true);
		let steps = 0;
		const departure = await departureFrom(
			counted(schema, () => steps++),
			counted(answer, () => steps++),
		);
		return { departure, share: steps / sizeOf(schema) / sizeOf(answer) };
	}

	test.each<[string, Schema, unknown]>([
		['variants that all go on', node(into(), into(), into(), { type: 'string' }), undefined],
		['variants that all fail at the end', node(into(), into(), into()), expect.stringMatching(/^'n\.n\.n\./)],
		[
			'variants that all fail at once',
			node(into({ enum: ['x'] }), into({ enum: ['y'] })),
			expect.stringMatching(/^it is .*, none of "x"$/),
		],
		['variants within variants', node({ oneOf: [into(), into()] }, { oneOf: [into(), { type: 'string' }] }), undefined],
	])('%s', async (_name, schema, departure) => {
		const found = await stepsOf(schema, deep);
		expect(found.departure).toEqual(departure);
		expect(found.share).toBeLessThan(50);
	});

	test('references that fan out', async () => {
		const links = Array.from({ length: 300 }, (_, index): [string, object] => {
			const next = { $ref: `#/$defs/d${index + 1}` };
			return [`d${index}`, { anyOf: [next, next, { oneOf: [next, next] }] }];
		});
		const schema = { $ref: '#/$defs/d0', $defs: { ...Object.fromEntries(links), d300: { type: 'string' } } };
		const { departure, share } = await stepsOf(schema, 5);
		expect(departure).toBe('it is number, not string');
		expect(share).toBeLessThan(50);
	});

	test('references in a chain of twenty thousand', async () => {
		const links = Array.from({ length: 20_000 }, (_, index): [string, object] => [
			`d${index}`,
			{ $ref: `#/$defs/d${index + 1}` },
		]);
		const schema = { $ref: '#/$defs/d0', $defs: { ...Object.fromEntries(links), d20000: { type: 'string' } } };
		expect(problemOf(schema)).toBeUndefined();
		expect(await departureFrom(schema, 5)).toBe('it is number, not string');
		const ring = { $ref: '#/$defs/d0', $defs: { ...Object.fromEntries(links), d20000: { $ref: '#/$defs/d0' } } };
		expect(problemOf(ring)).toContain('leads in a circle');
		expect(await departureFrom(ring, 5)).toBeUndefined();
	}, 30_000);

	test('twenty thousand references that are each in a circle', async () => {
		const links = Array.from({ length: 20_000 }, (_, index): [string, object] => [
			`d${index}`,
			{ anyOf: [{ $ref: '#/$defs/d0' }, { $ref: `#/$defs/d${(index + 1) % 20_000}` }] },
		]);
		const schema = { $ref: '#/$defs/d0', $defs: Object.fromEntries(links) };
		expect(problemOf(schema)).toContain('leads in a circle');
		expect(await departureFrom(schema, 5)).toBeUndefined();
	}, 30_000);

	test('a list of very many choices, asked about very many values', async () => {
		const choices = Array.from({ length: 20_000 }, (_, index) => `choice ${index}`);
		const values = choices.map(() => 'choice 19999');
		expect(await departureFrom({ items: { enum: choices } }, values)).toBeUndefined();
	});

	test('data that is shared a hundred levels deep', async () => {
		const schema = nested(100, (inner) => ({ anyOf: [inner, inner] }), { type: 'string' });
		const inside = isRecord(schema) ? schema : {};
		expect(await departureFrom(inside, 5)).toBe('it is number, not string');
	});

	test('an answer as deep as answers get', async () => {
		const answer = parseReply('['.repeat(500) + ']'.repeat(500)) ?? null;
		expect(await departureFrom({ type: 'array', items: { $ref: '#' } }, answer)).toBeUndefined();
		expect(
			await departureFrom({ type: 'array', items: { anyOf: [{ $ref: '#' }, { type: 'null' }] } }, answer),
		).toBeUndefined();
	});
});

describe('choices', () => {
	/** The text of a value, its members in order. */
	const canonical = (value: Json): string =>
		JSON.stringify(value, (_name, member: unknown) =>
			isRecord(member)
				? Object.fromEntries(Object.entries(member).toSorted(([one], [other]) => (one < other ? -1 : 1)))
				: member,
		);

	test('are equal where their texts are, whatever the order of members', () => {
		fc.assert(
			fc.property(answers, answers, (one, other) => {
				const isSame = canonical(one) === canonical(other);
				expect(isEqual(one, other)).toBe(isSame);
				expect(choiceTester(['x', other])(one)).toBe(isSame);
			}),
			{ numRuns: 5000 },
		);
		fc.assert(
			fc.property(answers, (value) => {
				const turned: unknown = JSON.parse(JSON.stringify(value), (_name, member: unknown) =>
					isRecord(member) ? Object.fromEntries(Object.entries(member).toReversed()) : member,
				);
				expect(isEqual(turned, value)).toBe(true);
				expect(choiceTester([turned])(value)).toBe(true);
			}),
		);
	});

	test.each<[unknown, unknown, boolean]>([
		[0, -0, true],
		[1, '1', false],
		[1, true, false],
		[null, undefined, false],
		[null, {}, false],
		[{}, null, false],
		[{}, [], false],
		[[], {}, false],
		[[1], [1, 2], false],
		[[1, 2], [1], false],
		[[undefined], [null], false],
		[{ a: 1 }, { a: 1, b: 2 }, false],
		[{ a: 1, b: 2 }, { a: 1 }, false],
		[{ toString: 1 }, { a: 1 }, false],
		[read('{"__proto__": null}'), { a: 1 }, false],
		[parseGiven('[9007199254740993]'), parseReply('[9007199254740993]'), true],
		[parseGiven('{"a": 9007199254740993}'), parseReply('{"a": 9007199254740992}'), false],
		[5n, 5, true],
		['5', 5n, false],
		[1e20, '100000000000000000000', true],
		['9007199254740993', 9007199254740993n, false],
		[0n, null, false],
		[0n, {}, false],
	])('%p and %p: %p', (one, other, isSame) => {
		expect(isEqual(one, other)).toBe(isSame);
		expect(choiceTester([[one]])([other])).toBe(isSame);
	});
});

describe('the order of schemas', () => {
	const leadsTo = (ways: Record<string, unknown[]>) => (schema: unknown) => ways[String(schema)] ?? [];

	test('has each once, behind those that it leads to', () => {
		expect(inOrder(['a'], leadsTo({ a: ['b', 'c'], b: ['d'], c: ['d', 'b'] }))).toEqual({
			schemas: ['d', 'b', 'c', 'a'],
			circle: [],
		});
		expect(inOrder(['b', 'a', 'b'], leadsTo({ a: ['b'] }))).toEqual({ schemas: ['b', 'a'], circle: [] });
		expect(inOrder([], leadsTo({}))).toEqual({ schemas: [], circle: [] });
	});

	test('names the first circle, without the way to it', () => {
		const ways = leadsTo({ a: ['b'], b: ['c'], c: ['b', 'a'] });
		expect(inOrder(['a'], ways)).toEqual({ schemas: ['c', 'b', 'a'], circle: ['b', 'c'] });
	});
});
