/** Schemas of every type, and items to be scored by them: ordinary ones for the most part, in between what no table should hold. */
import fc from 'fast-check';
import type { IDataObject } from 'n8n-workflow';
import { generatedTypes, type GeneratedType } from './schemaTypes.cts';
import { misspelt, strange } from './schemaValues.cts';

export interface GeneratedColumn {
	name: string;
	type: GeneratedType;
	isOptional: boolean;
}

export interface SchemaRun {
	/** As the REST API gives it. */
	schema: Record<string, unknown>;
	/** In the order of a row without names. */
	columns: GeneratedColumn[];
	layout: 'object' | 'values';
	/** The field that each column is filled from, where that was set by hand. */
	mapping?: Record<string, string>;
	items: fc.Arbitrary<IDataObject>;
}

/** A column in the mapping that the schema does not know, as after a change of the deployment. */
const STRANGER = 'colour';

/** What stands inside a value: null may always. */
function inside({ values }: GeneratedType): fc.Arbitrary<unknown> {
	return fc.oneof(
		{ weight: 60, arbitrary: values },
		{ weight: 1, arbitrary: strange },
		{ weight: 1, arbitrary: misspelt(values) },
		{ weight: 2, arbitrary: fc.constant(null) },
	);
}

/** A field that is not there. */
const MISSING = Symbol('missing');

function cellsOf({ type: { values } }: GeneratedColumn): fc.Arbitrary<unknown> {
	return fc.oneof(
		{ weight: 60, arbitrary: values },
		{ weight: 6, arbitrary: strange },
		{ weight: 4, arbitrary: misspelt(values) },
		{ weight: 2, arbitrary: fc.constantFrom(null, '', undefined, MISSING) },
	);
}

/** A value as a field of an item: n8n's data has no integers of any length, so they are text there. */
function asField(value: unknown): IDataObject[string] {
	switch (typeof value) {
		case 'string':
		case 'number':
		case 'boolean':
		case 'object':
		case 'undefined':
			return value;
		default:
			return String(value);
	}
}

function itemsOf(columns: GeneratedColumn[], mapping: Record<string, string> | undefined): fc.Arbitrary<IDataObject> {
	const others = fc.constantFrom<IDataObject>({}, { other: 1 }, { Index: 'x', 'a b': null });
	return fc.tuple(fc.tuple(...columns.map(cellsOf)), others).map(([cells, other]) => {
		const filled = columns.flatMap(({ name }, index): Array<[string, IDataObject[string]]> => {
			const cell = cells[index];
			return cell === MISSING ? [] : [[mapping?.[name] ?? name, asField(cell)]];
		});
		return Object.fromEntries([...Object.entries(other), ...filled]);
	});
}

const GROUPS = ['servingKeys', 'passedFeatures', 'requestParameters', 'extraLoggingFeatures'];
/** n8n itself drops these from the parameters of a node. */
const UNMAPPABLE = ['constructor', '__proto__'];
const NAMES = [
	...['cc_num', 'amount', 'Amount USD', 'a.b', 'geo.lat', "it's", 'x"y', 'é', '😀', 'toString', 'length', '0', ' '],
	...UNMAPPABLE,
];

interface GeneratedField {
	name: string;
	type: GeneratedType;
	group: string;
	/** Undefined where the schema does not say. */
	nullable: boolean | undefined;
}

const fields: fc.Arbitrary<GeneratedField> = fc.record({
	name: fc.constantFrom(...NAMES),
	type: generatedTypes(inside, 3),
	group: fc.constantFrom(...GROUPS),
	nullable: fc.constantFrom(true, true, false, undefined),
});

/** How a run maps its columns: by their names, by hand, or by hand with a column that is no more. */
type Mapped = 'by name' | 'by hand' | 'of before';

function mappingOf(columns: GeneratedColumn[], mapped: Mapped): Record<string, string> | undefined {
	if (mapped === 'by name' || columns.some(({ name }) => UNMAPPABLE.includes(name))) return undefined;
	const mapping = Object.fromEntries(columns.map(({ name }, index) => [name, `field${index}`]));
	return mapped === 'of before' ? { ...mapping, [STRANGER]: 'field0' } : mapping;
}

export const schemaRuns: fc.Arbitrary<SchemaRun> = fc
	.record({
		chosen: fc.uniqueArray(fields, { minLength: 1, maxLength: 7, selector: ({ name }) => name }),
		maxBatchRows: fc.constantFrom(undefined, 512, 100, 7),
		layout: fc.constantFrom<SchemaRun['layout']>('object', 'object', 'values'),
		mapped: fc.constantFrom<Mapped>(
			...Array.from({ length: 20 }, (): Mapped => 'by name'),
			'by hand',
			'by hand',
			'of before',
		),
	})
	.map(({ chosen, maxBatchRows, layout, mapped }) => {
		const groups = GROUPS.map((group) => ({ group, members: chosen.filter((field) => field.group === group) }));
		const columns = groups.flatMap(({ group, members }) =>
			members.map(({ name, type }) => ({ name, type, isOptional: group === 'extraLoggingFeatures' })),
		);
		const written = groups.map(({ group, members }): [string, unknown] => [
			group,
			members.map(({ name, type: { text }, nullable }) => ({ name, type: text, nullable })),
		]);
		const featureView = { name: 'any', version: 1 };
		const schema = {
			schemaVersion: 1,
			featureView,
			...Object.fromEntries(written),
			output: { kind: 'predictions' },
			maxBatchRows,
		};
		const mapping = mappingOf(columns, mapped);
		// Without names a column too many could stand where one is missing.
		const fitting = mapped === 'of before' ? 'object' : layout;
		return { schema, columns, layout: fitting, mapping, items: itemsOf(columns, mapping) };
	});
