/**
 * Schemas, and answers that follow about half of them, for a comparison with Ajv. What Ajv reads in another way than the
 * specification is left out, and tested by itself: members named `__proto__`, which it skips, `toString` and `valueOf`,
 * which it calls where it compares values, the required name '', which it never misses, and fractions as multiples of
 * decimals, which it divides as doubles.
 */
import fc from 'fast-check';
import { recordOf } from './json.cts';

type Members = Record<string, unknown>;

const names = fc.constantFrom('a', 'a', 'b', 'a/b', '~', '%', 'a b', '', '1', 'constructor', 'hasOwnProperty', 'é');
const numbers = fc.constantFrom(0, 1, 2, 3, 4, 6, -1, -2, 0.5, 1.5, 2.5, 1e3);
const texts = fc.constantFrom('', 'a', 'b', 'ab', 'ba', 'aab', 'é', '😀', '😀a', '\n', '12', 'a-1');
const scalars: fc.Arbitrary<unknown> = fc.oneof(numbers, texts, fc.constantFrom(null, true, false));

function records(values: fc.Arbitrary<unknown>, keys: fc.Arbitrary<string>, maxLength: number): fc.Arbitrary<Members> {
	return fc.array(fc.tuple(keys, values), { maxLength }).map((entries): Members => Object.fromEntries(entries));
}

const answers: fc.Arbitrary<unknown> = fc.letrec<{ value: unknown }>((tie) => ({
	value: fc.oneof(
		{ maxDepth: 3 },
		{ weight: 3, arbitrary: scalars },
		{ weight: 2, arbitrary: fc.array(tie('value'), { maxLength: 4 }) },
		{ weight: 3, arbitrary: records(tie('value'), names, 4) },
	),
})).value;

const types = fc.constantFrom('object', 'array', 'string', 'number', 'integer', 'boolean', 'null');
const patterns = fc.constantFrom(
	'',
	'a',
	'^a',
	'b$',
	'^.$',
	'^[a-c]+$',
	'^\\d+$',
	'^(a|b){2}$',
	'\\p{L}',
	'^(?:ab?)*$',
	'/',
);
const counts = fc.nat(3);
/** All of them lead somewhere in the documents that are made below. */
const references = fc.constantFrom(
	...['#', '#/$defs/a', '#/$defs/a', '#/$defs/a~1b', '#/$defs/~0', '#/$defs/%25', '#/$defs/a%20b', '#/$defs/'],
	...['#/$defs/%C3%A9', '#/$defs/constructor', '#/$defs/list/anyOf/0', '#/elsewhere/b', '#here'],
);

/** Some of the given members, at most `most`. */
function some(members: Record<string, fc.Arbitrary<unknown>>, most: number): fc.Arbitrary<Members> {
	return fc
		.subarray(Object.entries(members), { minLength: 1, maxLength: most })
		.chain((chosen) => fc.record(Object.fromEntries(chosen)))
		.map((schema): Members => schema);
}

/** The text of a value, its members in order. */
function canonical(value: unknown): string {
	return JSON.stringify(value, (_name, member: unknown) =>
		typeof member === 'object' && member !== null && !Array.isArray(member)
			? Object.fromEntries(Object.entries(member).toSorted(([one], [other]) => (one < other ? -1 : 1)))
			: member,
	);
}

const aboutValues = {
	type: fc.oneof(types, fc.uniqueArray(types, { minLength: 1, maxLength: 5 })),
	enum: fc.uniqueArray(answers, { minLength: 1, maxLength: 6, selector: canonical }),
	const: answers,
	minimum: numbers,
	maximum: numbers,
	exclusiveMinimum: numbers,
	exclusiveMaximum: numbers,
	multipleOf: fc.constantFrom(1, 2, 3, 0.5, 1.5),
	minLength: counts,
	maxLength: counts,
	pattern: patterns,
	format: fc.constantFrom('date', 'email'),
	minItems: counts,
	maxItems: counts,
	minProperties: counts,
	maxProperties: counts,
	required: fc.uniqueArray(
		names.filter((name) => name !== ''),
		{ maxLength: 2 },
	),
};

/** Keywords that are not checked. */
function uncheckedIn(inner: fc.Arbitrary<unknown>): Record<string, fc.Arbitrary<unknown>> {
	return {
		uniqueItems: fc.boolean(),
		contains: inner,
		propertyNames: inner,
		if: inner,
		then: inner,
		else: inner,
		dependentRequired: fc.constant({ a: ['b'] }),
		dependentSchemas: records(inner, names, 1),
	};
}

export type Dialect = 'draft-07' | '2020-12' | 'with unchecked keywords';

function schemasOf(dialect: Dialect): fc.Arbitrary<unknown> {
	return fc.letrec<{ schema: unknown }>((tie) => {
		const inner = tie('schema');
		const lists = fc.array(inner, { minLength: 1, maxLength: 3 });
		const inside = {
			properties: records(inner, names, 3),
			patternProperties: records(inner, patterns, 2),
			additionalProperties: inner,
			...(dialect === 'draft-07'
				? { items: fc.oneof(inner, lists, lists), additionalItems: inner }
				: { items: inner, prefixItems: lists }),
		};
		const variants = { not: inner, anyOf: lists, oneOf: lists, allOf: lists, $ref: references };
		const unchecked = dialect === 'with unchecked keywords' ? uncheckedIn(inner) : {};
		return {
			schema: fc.oneof(
				{ maxDepth: 4 },
				{ weight: 2, arbitrary: fc.constantFrom(true, true, false) },
				{ weight: 4, arbitrary: some(aboutValues, 1) },
				{ weight: 1, arbitrary: some(aboutValues, 4) },
				{ weight: 4, arbitrary: some({ ...inside, ...unchecked }, 3) },
				{ weight: 4, arbitrary: some({ ...variants, ...unchecked }, 2) },
				{ weight: 2, arbitrary: some({ ...aboutValues, ...inside, ...variants, ...unchecked }, 5) },
			),
		};
	}).schema;
}

/** A schema, and some answers to hold to it. */
export function schemaPairs(dialect: Dialect): fc.Arbitrary<{ schema: Members; answers: unknown[] }> {
	const schemas = schemasOf(dialect);
	const anchor = dialect === 'draft-07' ? { $id: '#here' } : { $anchor: 'here' };
	return fc
		.record({
			root: schemas.filter((schema) => typeof schema === 'object'),
			definitions: fc.array(schemas, { minLength: 10, maxLength: 10 }),
			// Ajv does not find its way from a schema with a name of draft-07 to the whole document.
			named: dialect === 'draft-07' ? some(aboutValues, 3) : schemas,
			answers: fc.array(answers, { minLength: 5, maxLength: 5 }),
		})
		.map(
			({ root, definitions: [a, slash, tilde, percent, blank, empty, accent, hostile, list, b], named, ...rest }) => {
				const $defs = {
					...{ a, 'a/b': slash, '~': tilde, '%': percent, 'a b': blank, '': empty, é: accent, constructor: hostile },
					...{ list: { anyOf: [list] }, named: { allOf: [named], ...anchor } },
				};
				return { schema: { ...recordOf(root), $defs, elsewhere: { b } }, ...rest };
			},
		);
}
