/** Rows by the schema of the deployment: its columns, filled from fields of the same name or as mapped in the panel. */
import type { IBinaryData } from 'n8n-workflow';
import { asRecord, encode, isRecord } from '../../core/json/json';
import { parsePath } from '../../core/predict/columns';
import type { SchemaColumn } from '../../core/predict/deploymentSchema';
import type { RowLayout } from '../../core/predict/rowLayout';
import { cellWriter, missingColumns, unknownColumns } from '../../core/predict/schemaCells';
import { readColumnType } from '../../core/predict/schemaTypes';
import { fileBehind, fileFor, readFile, type WithFiles } from '../../n8n/files';
import { LateRow } from '../../n8n/modelCall';
import { attempt, take, unusable } from '../../n8n/unusable';
import type { RowReader, RowReading } from './rowReading';
import { expectSendable } from './sendable';

/** Returns a column's value in an item; `undefined` where there is none. */
type ValueOf = (item: number, json: Record<string, unknown>) => unknown;

/** `={{ $json.amount }}`, `={{ $json["Amount USD"] }}` and the like: read as a path, 150 times as fast as evaluated. */
const PLAIN_PATH = /^=\s*\{\{\s*\$json((?:\.[A-Za-z_$][\w$]*|\[[^\]\\]+\])+)\s*\}\}\s*$/;

function plainPath(expression: string): string[] | undefined {
	const text = PLAIN_PATH.exec(expression)?.[1];
	return text === undefined ? undefined : parsePath(text);
}

/** What a path leads to; `undefined` where a step of it leads to nothing. */
type Found = { value: unknown } | undefined;

/**
 * Follows a path as JavaScript does, as far as own members lead: fields, elements and the length of a list. Any other step is
 * left to n8n, which knows the length of a text, what a date has, and which names an expression may not use.
 */
function followPath(json: Record<string, unknown>, path: string[]): Found {
	let value: unknown = json;
	for (const step of path) {
		if (value === undefined || value === null) return { value: undefined };
		if (typeof value !== 'object') return undefined;
		if (Object.hasOwn(value, step)) value = Reflect.get(value, step);
		else return isRecord(value) && !(step in value) ? { value: undefined } : undefined;
	}
	return { value };
}

/** A name as a step of the path by which n8n finds a parameter: a backslash stands for the character behind it, so `\n` would be an n. */
function asStep(name: string): string {
	return `["${name.replace(/[\\"]/g, '\\$&')}"]`;
}

function fromField(name: string): ValueOf {
	return (_item, json) => (Object.hasOwn(json, name) ? json[name] : undefined);
}

/** Reads rows with these columns, as an object of named values or as a list. */
export function schemaRowReader(
	{ context, items, read }: RowReading,
	layout: RowLayout,
	columns: SchemaColumn[],
): RowReader {
	if (layout !== 'object' && layout !== 'values') {
		unusable(
			"'Row Format' does not fit a deployment with a schema",
			"Set it to 'Automatic', 'Object' or 'List of Values' in the options.",
		);
	}
	const mapping = asRecord(context.getNodeParameter('schemaColumns', 0, null, { rawExpressions: true }));
	const mapped = mapping.mappingMode === 'defineBelow' ? asRecord(mapping.value) : undefined;

	/** What the panel holds for a column. An expression that is more than a path is evaluated for every item. */
	function fromPanel(name: string, panel: Record<string, unknown>): ValueOf {
		const stored = Object.hasOwn(panel, name) ? panel[name] : undefined;
		if (stored === undefined || stored === null || stored === '') return () => undefined;
		if (typeof stored !== 'string' || !stored.startsWith('=')) return () => stored;
		const evaluated = (item: number): unknown => read(`schemaColumns.value${asStep(name)}`, item);
		const path = plainPath(stored);
		if (!path) return evaluated;
		return (item, json) => {
			const found = followPath(json, path);
			return found ? found.value : evaluated(item);
		};
	}

	const names = columns.map(({ name }) => name);
	const filled = Object.entries(mapped ?? {}).filter(([, stored]) => stored !== null && stored !== '');
	const strangers = filled.map(([name]) => name).filter((name) => !names.includes(name));
	if (strangers.length > 0) take(unknownColumns(strangers, names));
	const hasPlaces = layout === 'values';
	/** The file that a binary column takes: the one of its name where nothing is mapped, or the one that is. */
	const fileOfColumn = (incoming: WithFiles, name: string, value: unknown): IBinaryData | undefined =>
		mapped ? fileBehind(incoming, value) : fileFor(incoming, name, value);
	const cells = columns.map((column) => ({
		column,
		isBinary: readColumnType(column.type).kind === 'binary',
		key: hasPlaces ? '' : `${encode(column.name)}:`,
		valueOf: mapped ? fromPanel(column.name, mapped) : fromField(column.name),
		write: cellWriter(column),
	}));
	const joined = (texts: string[]): string => (hasPlaces ? `[${texts.join()}]` : `{${texts.join()}}`);

	/** A row with files for its binary columns, which are read now that their turn has come. */
	async function withFiles(item: number, texts: string[], files: Map<number, IBinaryData>): Promise<string> {
		const whole = [...texts];
		for (const [index, file] of files) {
			whole[index] += encode((await readFile(context, item, file)).toString('base64'));
		}
		return joined(whole);
	}

	return (item) => {
		const { [item]: incoming = { json: {} } } = items;
		const missing: string[] = [];
		const texts: string[] = [];
		let files: Map<number, IBinaryData> | undefined;
		for (const { column, isBinary, key, valueOf, write } of cells) {
			const value = valueOf(item, incoming.json);
			const file = isBinary ? fileOfColumn(incoming, column.name, value) : undefined;
			if (file) {
				files ??= new Map();
				files.set(texts.push(key) - 1, file);
			} else if (value !== undefined) {
				expectSendable(value, column.name);
				texts.push(key + take(write(value)));
			} else {
				// A row without names has a place for every column, which null has to fill.
				if (!column.isOptional || (hasPlaces && !column.isNullable)) missing.push(column.name);
				if (hasPlaces) texts.push('null');
			}
		}
		if (missing.length > 0) take(missingColumns(incoming.json, missing));
		if (!files) return joined(texts);
		const late = files;
		return new LateRow(async () => await attempt(async () => await withFiles(item, texts, late)));
	};
}
