/**
 * The arguments by which an AI agent fills in the columns of a schema: one for each, with its name, description and type, as
 * n8n's editor writes them where a field is left to the model.
 */
import { FROM_AI_AUTO_GENERATED_MARKER, isSafeObjectProperty } from 'n8n-workflow';
import { excerpt } from '../../core/failure/excerpt';
import type { SchemaColumn } from '../../core/predict/deploymentSchema';
import { readColumnType, type ColumnType } from '../../core/predict/schemaTypes';

/** The types that `$fromAI` knows. What numbers of JSON do not hold goes as text, which the schema then reads. */
const ARGUMENT_TYPES: Record<ColumnType['kind'], 'string' | 'number' | 'boolean' | 'json'> = {
	integer: 'number',
	bigint: 'string',
	number: 'number',
	decimal: 'string',
	text: 'string',
	boolean: 'boolean',
	timestamp: 'string',
	date: 'string',
	binary: 'string',
	list: 'json',
	map: 'json',
	struct: 'json',
	any: 'string',
};

/** What a value looks like, where the type of the argument does not say it. */
const FORMS: Partial<Record<ColumnType['kind'], string>> = {
	integer: 'a whole number',
	bigint: 'a whole number, as text',
	decimal: 'a number such as -12.34, as text',
	timestamp: 'date and time such as 2026-11-24T02:00:00Z',
	date: 'a day such as 2026-11-24',
	binary: 'bytes as base64',
};

/** What n8n's editor makes such a name of, so that a field that is changed there keeps it. */
const NO_NAME = /[^a-zA-Z0-9-]/g;
const LONGEST_NAME = 63;

const LONGEST_DESCRIPTION = 300;

/** Characters that would end the text, the expression around it, or begin another one, and what they are written as. */
const LOOK_ALIKES: Record<string, string> = {
	'`': '’',
	"'": '’',
	'"': '”',
	'\\': '/',
	'{': '(',
	'}': ')',
	$: '＄',
};

/** The name that an argument has for its column: models take letters, digits, `_` and `-`, and n8n does not take all of these. */
function plainName(column: string): string {
	// Cut first: a schema may hold a name of any length.
	const plain = column.slice(0, LONGEST_NAME).replace(NO_NAME, '_');
	// Missing on older n8n, which takes any.
	const isTaken = plain === '' || isSafeObjectProperty?.(plain) === false;
	return isTaken ? `column_${plain}`.slice(0, LONGEST_NAME) : plain;
}

/** A function that gives each column a name of its own. */
function argumentNames(): (column: string) => string {
	const taken = new Set<string>();
	/** The last number of each name that several columns would have, so that it is not counted up to anew. */
	const last = new Map<string, number>();
	return (column) => {
		const name = plainName(column);
		for (let number = (last.get(name) ?? 0) + 1; ; number++) {
			const ending = number === 1 ? '' : `_${number}`;
			const numbered = name.slice(0, LONGEST_NAME - ending.length) + ending;
			if (taken.has(numbered)) continue;
			taken.add(numbered);
			last.set(name, number);
			return numbered;
		}
	};
}

/** The column in words, from a schema that anybody may have written. */
function describe({ name, description, type }: SchemaColumn, kind: ColumnType['kind']): string {
	const form = FORMS[kind] ?? (ARGUMENT_TYPES[kind] === 'json' ? type : '');
	const words = [description === '' ? `The column ${name}` : description, form === '' ? '' : `(${form})`];
	// Where it is cut, half a character may be left.
	const text = excerpt(words.filter(Boolean).join(' '), LONGEST_DESCRIPTION).toWellFormed();
	return text.replace(/[`'"\\{}$]/g, (letter) => LOOK_ALIKES[letter] ?? ' ');
}

/** The expression for each column that a row has to have, by the column's name. */
export function agentArguments(columns: SchemaColumn[]): Map<string, string> {
	const nameOf = argumentNames();
	return new Map(
		columns
			.filter(({ isOptional }) => !isOptional)
			.map((column) => {
				const { kind } = readColumnType(column.type);
				const call = `$fromAI('${nameOf(column.name)}', \`${describe(column, kind)}\`, '${ARGUMENT_TYPES[kind]}')`;
				return [column.name, `={{ ${FROM_AI_AUTO_GENERATED_MARKER} ${call} }}`];
			}),
	);
}
