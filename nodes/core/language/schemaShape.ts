/** What is wrong with the keywords of a schema, each by itself. */
import { show } from '../failure/excerpt';
import { isRecord } from '../json/json';
import { exactNumber } from './exactNumbers';
import { isPattern } from './patternSyntax';
import { NAMED_SCHEMAS, VARIANTS, type Schema } from './schemaPlaces';

const TYPES = ['object', 'array', 'string', 'number', 'integer', 'boolean', 'null'];

function isCount(value: unknown): boolean {
	return (Number.isInteger(value) || typeof value === 'bigint') && (exactNumber(value) ?? -1) >= 0;
}

function isNumber(value: unknown): boolean {
	return exactNumber(value) !== undefined;
}

function isText(value: unknown): boolean {
	return typeof value === 'string';
}

function isFilledList(value: unknown): boolean {
	return Array.isArray(value) && value.length > 0;
}

/** Keywords, whether a value is right for them, and what it should be. */
const SHAPES: Array<[keywords: string[], isRight: (value: unknown) => boolean, what: string]> = [
	[['enum'], isFilledList, 'a list of one or more values'],
	[NAMED_SCHEMAS, isRecord, 'an object'],
	[VARIANTS, isFilledList, 'a list of one or more schemas'],
	[['prefixItems'], Array.isArray, 'a list of schemas'],
	[['required'], (value) => Array.isArray(value) && value.every(isText), 'a list of names'],
	[['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum'], isNumber, 'a number'],
	[['multipleOf'], (value) => (exactNumber(value) ?? 0) > 0, 'a number above 0'],
	[
		['minLength', 'maxLength', 'minItems', 'maxItems', 'minProperties', 'maxProperties'],
		isCount,
		'an integer of 0 or more',
	],
	[['$ref', '$anchor', '$id'], isText, 'text'],
	[['pattern'], (value) => typeof value === 'string' && isPattern(value), 'a regular expression'],
];

function typeProblem({ type }: Schema): string | undefined {
	const types = [type].flat();
	if (types.length === 0) return "'type' is an empty list";
	const unknownType = types.find((one) => one !== undefined && (typeof one !== 'string' || !TYPES.includes(one)));
	return unknownType === undefined ? undefined : `its type is ${show(unknownType)}, and there are ${TYPES.join(', ')}`;
}

/** What is wrong with a schema by itself, wherever its references lead. Undefined where nothing is. */
export function shapeProblem(schema: Schema): string | undefined {
	const ofType = typeProblem(schema);
	if (ofType !== undefined) return ofType;
	for (const [keywords, isRight, what] of SHAPES) {
		const wrong = keywords.find((keyword) => schema[keyword] !== undefined && !isRight(schema[keyword]));
		if (wrong !== undefined) return `'${wrong}' is ${show(schema[wrong])}, not ${what}`;
	}
	const { patternProperties } = schema;
	const noPattern = isRecord(patternProperties)
		? Object.keys(patternProperties).find((name) => !isPattern(name))
		: undefined;
	return noPattern === undefined ? undefined : `'patternProperties' has ${show(noPattern)}, not a regular expression`;
}
