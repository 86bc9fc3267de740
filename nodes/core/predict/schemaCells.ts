/** Rows by a deployment's schema: each value as the JSON text that its column's type accepts (Hopsworks 5.1 and later). */
import { excerpt, show } from '../failure/excerpt';
import { badInput, success, type Failed, type Outcome } from '../failure/outcome';
import {
	asText,
	encode,
	isDeeperThan,
	isNumberText,
	isRecord,
	MOST_LEVELS,
	NUMBER_TEXT,
	parseGiven,
} from '../json/json';
import { fieldsOf } from './columns';
import { kindOf, type Kind, type SchemaColumn } from './deploymentSchema';

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
export function missingColumns(item: Record<string, unknown>, names: string[]): Failed {
	return badInput(
		`The item lacks ${listed(names)} of the deployment's schema`,
		`${fieldsOf(item)} Capital letters count. Map the columns by hand, or rename the fields before this node.`,
	);
}

export function unknownColumns(names: string[], known: string[]): Failed {
	return badInput(
		`The deployment's schema does not know ${listed(names)}`,
		`It has ${known.join(', ') || 'no columns'}. Refresh the columns in the panel; the deployment may have changed since.`,
	);
}
