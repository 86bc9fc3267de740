/** Schemas of structured answers: which can be sent, how an answer departs from one, and that neither takes long, whatever they hold. */
import fc from 'fast-check';
import { choiceTester, isEqual } from '../nodes/core/language/choices';
import { departureFrom as departureInTurns } from '../nodes/core/language/departure';
import { excerpt } from '../nodes/core/failure/excerpt';
import { isRecord, parseGiven, parseReply, type Json } from '../nodes/core/json/json';
import { readJsonSchema } from '../nodes/core/language/jsonSchema';
import { inOrder, lookUpIn, type Schema } from '../nodes/core/language/schemaReferences';
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
		['no types at all', { type: [] }],
		['choices of any kind', { enum: [null, { a: [1] }, 5n] }],
		['a value', { const: 1 }],
		['members', { properties: { a: true, b: false, c: {} } }],
		['elements', { items: { type: 'integer' } }],
		['elements of any kind', { items: true }],
		['required members alone', { type: 'object', required: ['a'] }],
		['required members that are there', { required: ['toString'], properties: read('{"toString": {}}') }],
		['an empty list of required members', { properties: {}, required: [] }],
		['variants', { oneOf: [{ type: 'string' }, { allOf: [{}] }] }],
		['variants that are no list', { anyOf: 'text', type: 'string' }],
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
		'',
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
		['choices that are none', { enum: {} }, `${cannot}'enum' is not a list of values`],
		['no choices', { enum: [] }, `${cannot}'enum' is not a list of values`],
		['members as a list', { properties: ['a'] }, `${cannot}'properties' is not an object`],
		['no members', { properties: null }, `${cannot}'properties' is not an object`],
		['one required name', { type: 'object', required: 'a' }, `${cannot}'required' is not a list of names`],
		['a required name too many', { properties: {}, required: ['a'] }, `${cannot}'required' names "a", which`],
		[
			'a required name that every object has',
			{ properties: {}, required: ['toString'] },
			`${cannot}'required' names "toString", which 'properties' does not have`,
		],
		['a required name that is none', { properties: { 1: {} }, required: [1] }, `${cannot}'required' names 1, which`],
		['a reference that is none', { $ref: { toString: 1 } }, `${cannot}'$ref' {"toString":1} leads nowhere`],
		['a reference to a list', { anyOf: [{}], $ref: '#/anyOf' }, `${cannot}'$ref' "#/anyOf" leads nowhere`],
		...nowhere.map((reference): [string, unknown, string] => [
			`the reference '${reference}'`,
			{ $ref: reference },
			`${cannot}'$ref' "${reference}" leads nowhere`,
		]),
		['no schema among the members', { properties: { a: 5 } }, `${cannot}properties.a: it is not an object`],
		['no schema for the elements', { items: [{}] }, `${cannot}items: it is not an object`],
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
			"'JSON Schema' is nested more than 500 levels deep",
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
		[{ items: [{ type: 'null' }] }, [1], undefined],
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
		[{ anyOf: [{}], oneOf: [{ type: 'null' }] }, 1, undefined],
		[{ anyOf: [] }, 1, undefined],
		[{ anyOf: [false, { type: 'null' }] }, 1, 'it should not be there'],
		[{ anyOf: { 0: { type: 'null' } } }, 1, undefined],
		[{ anyOf: [{ required: ['a'] }, { required: ['b'] }], required: ['c'] }, { b: 1 }, "'c' is missing"],
		[{ anyOf: [{ required: ['a'] }], required: ['c'] }, {}, "'a' is missing"],
		[{ anyOf: [{ type: 'null' }], type: 'string' }, 1, 'it is number, not string'],
		[{ $ref: '#/$defs/a', $defs: { a: { type: 'null' } }, type: 'string' }, 1, 'it is number, not null'],
		[{ $ref: '#/$defs/a', $defs: { a: {} }, type: 'string', items: { type: 'null' }, required: ['a'] }, [1], undefined],
		[{ $ref: '#/nowhere' }, 1, undefined],
		[{ $ref: '#' }, 1, undefined],
		[{ anyOf: [{ $ref: '#' }, { type: 'null' }] }, 1, undefined],
		[
			{ items: { anyOf: [{ $ref: '#' }, { type: 'null' }] }, type: 'array' },
			[null, [[]], [[1]]],
			"'[2][0][0]' is number, not array",
		],
		[{ type: 'array', items: { $ref: '#' } }, [[], [[], 1]], "'[1][1]' is number, not array"],
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

/** How an answer departs, found without remembering anything: as simple as it is slow. */
function simply(schema: unknown, value: Json, root: Schema, path = ''): string | undefined {
	const name = path === '' ? 'it' : `'${path}'`;
	if (!isRecord(schema)) return schema === false ? `${name} should not be there` : undefined;
	if (typeof schema.$ref === 'string') return simply(lookUpIn(root)(schema.$ref), value, root, path);
	const all: unknown[] = [schema.type].flat().filter((type) => type !== undefined);
	const kind = value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value;
	const isLong = typeof value === 'string' && /^-?\d{16,}$/.test(value);
	const fits = (type: unknown): boolean =>
		type === kind ||
		(type === 'integer' && Number.isInteger(value)) ||
		((type === 'integer' || type === 'number') && isLong);
	if (all.length > 0 && !all.some(fits)) return `${name} is ${kind}, not ${all.join(' or ')}`;
	if (Array.isArray(schema.enum) && !schema.enum.some((choice) => isEqual(choice, value))) {
		return `${name} is ${JSON.stringify(value)}, none of ${schema.enum.map((choice) => JSON.stringify(choice)).join(', ')}`;
	}
	const variants: unknown = schema.anyOf ?? schema.oneOf;
	if (Array.isArray(variants) && variants.length > 0) {
		const departures = variants.map((variant) => simply(variant, value, root, path));
		if (departures.every((departure) => departure !== undefined)) return departures[0];
	}
	if (Array.isArray(value)) {
		const departures = value.map((element, index) => simply(schema.items, element, root, `${path}[${index}]`));
		return departures.find((departure) => departure !== undefined);
	}
	if (!isRecord(value)) return undefined;
	const within = (member: string): string => (path === '' ? member : `${path}.${member}`);
	const wanted: unknown[] = [schema.required].flat();
	const missing = wanted.find((member) => typeof member === 'string' && !Object.hasOwn(value, member));
	if (typeof missing === 'string') return `'${within(missing)}' is missing`;
	const known = isRecord(schema.properties) ? schema.properties : {};
	const departures = Object.entries(value).map(([member, inner]) => {
		const own = Object.hasOwn(known, member) ? known[member] : schema.additionalProperties;
		return simply(own, inner, root, within(member));
	});
	return departures.find((departure) => departure !== undefined);
}

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
	test('throw nothing, and the answer departs as it does when each part is looked at anew', async () => {
		let sent = 0;
		let departed = 0;
		await fc.assert(
			fc.asyncProperty(schemas, answers, async (given, answer) => {
				const read = readJsonSchema(given);
				const asGiven = isRecord(given) ? given : {};
				if (!read.ok) {
					expect(read.failure.message).toMatch(/^'JSON Schema' \S/);
					expect((await departureFrom(asGiven, answer))?.length ?? 0).toBeLessThanOrEqual(501);
					return;
				}
				const { value: schema } = read;
				const departure = await departureFrom(schema, answer);
				const expected = simply(schema, answer, schema);
				expect(departure).toBe(expected === undefined ? undefined : excerpt(expected));
				sent++;
				if (departure !== undefined) departed++;
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
		['5', 5n, true],
		[0n, null, false],
		[0n, {}, false],
	])('%p and %p: %p', (one, other, isSame) => {
		expect(isEqual(one, other)).toBe(isSame);
		expect(choiceTester([one])(typeof other === 'bigint' ? String(other) : other)).toBe(isSame && !(one === 5n));
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
