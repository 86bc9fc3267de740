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

/** A name of its own for a column: models take letters, digits, `_` and `-`, and n8n does not take all of these. */
function argumentName(column: string, taken: ReadonlySet<string>): string {
	const plain = column.replace(NO_NAME, '_').slice(0, LONGEST_NAME);
	// Missing on older n8n, which takes any.
	const isTaken = plain === '' || isSafeObjectProperty?.(plain) === false;
	const name = isTaken ? `column_${plain}`.slice(0, LONGEST_NAME) : plain;
	for (let number = 1; ; number++) {
		const ending = number === 1 ? '' : `_${number}`;
		const numbered = name.slice(0, LONGEST_NAME - ending.length) + ending;
		if (!taken.has(numbered)) return numbered;
	}
}

/** The column in words, from a schema that anybody may have written. */
function describe({ name, description, type }: SchemaColumn, kind: ColumnType['kind']): string {
	const form = FORMS[kind] ?? (ARGUMENT_TYPES[kind] === 'json' ? type : '');
	const words = [description === '' ? `The column ${name}` : description, form === '' ? '' : `(${form})`];
	const text = words.filter(Boolean).join(' ').toWellFormed();
	return excerpt(text, LONGEST_DESCRIPTION).replace(/[`'"\\{}$]/g, (letter) => LOOK_ALIKES[letter] ?? ' ');
}

/** The expression for each column that a row has to have, by the column's name. */
export function agentArguments(columns: SchemaColumn[]): Map<string, string> {
	const taken = new Set<string>();
	return new Map(
		columns
			.filter(({ isOptional }) => !isOptional)
			.map((column) => {
				const { kind } = readColumnType(column.type);
				const name = argumentName(column.name, taken);
				taken.add(name);
				const call = `$fromAI('${name}', \`${describe(column, kind)}\`, '${ARGUMENT_TYPES[kind]}')`;
				return [column.name, `={{ ${FROM_AI_AUTO_GENERATED_MARKER} ${call} }}`];
			}),
	);
}
