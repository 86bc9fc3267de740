/**
 * The schema of a deployment: which columns a row has, and what JSON each type accepts (Hopsworks 5.1 and later,
 * documentation 'How To Use A Deployment Schema'; hopsworks-api: `deployment/schema.py`).
 */
import { fieldsOf } from './columns';
import { excerpt, show } from './excerpt';
import {
	asText,
	encode,
	isDeeperThan,
	isNumberText,
	isRecord,
	MOST_LEVELS,
	NUMBER_TEXT,
	parseGiven,
	type Json,
} from './json';
import { badInput, success, type Outcome } from './outcome';

export interface SchemaColumn {
	name: string;
	/** As Hopsworks writes it, such as `double` or `array<int>`; '' where it is not resolved and anything goes. */
	type: string;
	/** Whether null is a value. */
	isNullable: boolean;
	/** Whether a row may leave it out. */
	isOptional: boolean;
	description: string;
}

export interface DeploymentSchema {
	/** In the order of a row without names. */
	columns: SchemaColumn[];
	/** How many rows a request may hold. */
	maxBatchRows: number;
}

const DEFAULT_MAX_BATCH_ROWS = 512;

/** The groups of columns in their order, and whether a row may leave them out. */
const GROUPS = [
	{ name: 'servingKeys', isOptional: false },
	{ name: 'passedFeatures', isOptional: false },
	{ name: 'requestParameters', isOptional: false },
	{ name: 'extraLoggingFeatures', isOptional: true },
] as const;

export function readSchema(schema: Record<string, Json>): DeploymentSchema {
	const { maxBatchRows } = schema;
	const columns = GROUPS.flatMap(({ name, isOptional }) => {
		const group = schema[name];
		return Array.isArray(group) ? group.flatMap((field) => readColumn(field, isOptional)) : [];
	});
	const isUsable = typeof maxBatchRows === 'number' && maxBatchRows >= 1;
	return { columns, maxBatchRows: isUsable ? Math.floor(maxBatchRows) : DEFAULT_MAX_BATCH_ROWS };
}

function readColumn(field: Json, isOptional: boolean): SchemaColumn[] {
	if (!isRecord(field) || typeof field.name !== 'string') return [];
	const { name, type, nullable, description } = field;
	return [
		{
			name,
			type: typeof type === 'string' ? type.toLowerCase() : '',
			isNullable: nullable === true,
			isOptional,
			description: typeof description === 'string' ? description : '',
		},
	];
}

type Kind = 'integer' | 'bigint' | 'number' | 'decimal' | 'text' | 'boolean' | 'time' | 'list' | 'object' | 'any';

const KINDS = new Map<string | undefined, Kind>([
	['tinyint', 'integer'],
	['smallint', 'integer'],
	['int', 'integer'],
	['bigint', 'bigint'],
	['float', 'number'],
	['double', 'number'],
	['decimal', 'decimal'],
	['string', 'text'],
	['varchar', 'text'],
	['char', 'text'],
	['binary', 'text'],
	['boolean', 'boolean'],
	['timestamp', 'time'],
	['date', 'time'],
	['array', 'list'],
	['struct', 'object'],
	['map', 'object'],
]);

/** What a column's type accepts, without its parameters: `varchar(20)` is text, `array<int>` a list. */
export function kindOf({ type }: SchemaColumn): Kind {
	return KINDS.get(/^[a-z]*/.exec(type)?.[0]) ?? 'any';
}

const INTEGER = /^-?(?:0|[1-9]\d*)$/;

/** The JSON text of a value that may hold others; `undefined` where it is nested too deep to be sent. */
function compoundText(value: unknown): string | undefined {
	return isDeeperThan(value, MOST_LEVELS) ? undefined : encode(value);
}

/** The JSON text of a value for a column; `undefined` where its type does not accept it. */
function cellText(value: unknown, kind: Kind): string | undefined {
	const text = typeof value === 'string' ? value.trim() : undefined;
	switch (kind) {
		case 'integer':
			if (text !== undefined) return INTEGER.test(text) ? text : undefined;
			return typeof value === 'bigint' || Number.isInteger(value) ? encode(value) : undefined;
		case 'bigint':
			// As text no reader on the way can round it.
			if (text !== undefined) return INTEGER.test(text) ? encode(text) : undefined;
			if (typeof value === 'bigint') return encode(asText(value));
			return Number.isSafeInteger(value) ? encode(value) : undefined;
		case 'number':
			if (text !== undefined) return isNumberText(text) ? text : undefined;
			return typeof value === 'bigint' || Number.isFinite(value) ? encode(value) : undefined;
		case 'decimal':
			if (text !== undefined) return NUMBER_TEXT.test(text) ? encode(text) : undefined;
			return typeof value === 'bigint' || Number.isFinite(value) ? encode(value) : undefined;
		case 'text':
			return value === '' || asText(value) !== '' ? encode(asText(value)) : undefined;
		case 'boolean':
			if (text !== undefined) return /^(?:true|false)$/i.test(text) ? text.toLowerCase() : undefined;
			return typeof value === 'boolean' ? encode(value) : undefined;
		case 'time':
			if (text !== undefined) return INTEGER.test(text) ? text : encode(text);
			return Number.isInteger(value) || (typeof value === 'object' && value !== null) ? compoundText(value) : undefined;
		case 'list':
		case 'object': {
			const given = text === undefined ? value : parseGiven(text);
			const fits = kind === 'list' ? Array.isArray(given) : isRecord(given);
			return fits ? compoundText(given) : undefined;
		}
		case 'any':
			return compoundText(value);
	}
}

/** What goes into a message beside other things is cut here, so that there is room for all of them. */
const LONGEST_PART = 100;
const LONGEST_LIST = 300;

/** A value as a column's JSON text: its type decides what becomes of text. Fails by the column's name. */
export function cellOf(value: unknown, column: SchemaColumn): Outcome<string> {
	const { name, type, isNullable } = column;
	const kind = kindOf(column);
	// An empty cell of a table is no value, but for a column of text.
	const isEmpty = value === null || (value === '' && kind !== 'text' && kind !== 'any');
	if (isEmpty && isNullable) return success('null');
	const text = isEmpty ? undefined : cellText(value, kind);
	if (text !== undefined) return success(text);
	const wanted = type === '' ? 'anything' : `'${excerpt(type, LONGEST_PART)}'`;
	return badInput(
		`'${excerpt(name, LONGEST_PART)}' is ${isEmpty ? 'empty' : excerpt(show(value), LONGEST_PART)}, and the deployment's schema wants ${wanted}${isNullable ? ' or null' : ''}`,
		`Give the column a value of that type, for example with an Edit Fields node before this one.`,
	);
}

function listed(names: string[]): string {
	return `${names.length === 1 ? 'the column' : 'the columns'} ${excerpt(names.map((name) => `'${name}'`).join(', '), LONGEST_LIST)}`;
}

/** The failure of an item that lacks columns which the schema wants. */
export function missingColumns(item: Record<string, unknown>, names: string[]): Outcome<never> {
	return badInput(
		`The item lacks ${listed(names)} of the deployment's schema`,
		`${fieldsOf(item)} Capital letters count. Map the columns by hand, or rename the fields before this node.`,
	);
}

export function unknownColumns(names: string[], known: string[]): Outcome<never> {
	return badInput(
		`The deployment's schema does not know ${listed(names)}`,
		`It has ${known.join(', ') || 'no columns'}. Refresh the columns in the panel; the deployment may have changed since.`,
	);
}
