/**
 * The files of an item: beside its fields, or among them under `_files` where the workflow's setting 'binaryMode' is
 * `combined`. Nothing else knows where they are.
 */
import type { IBinaryData, IBinaryKeyData, IExecuteFunctions } from 'n8n-workflow';
import { isRecord } from '../core/json/json';
import { fromN8n, unusable } from './unusable';

const FILES = '_files';

/** What has fields and perhaps files: an item, or a row. */
export interface WithFiles {
	json: Record<string, unknown>;
	binary?: IBinaryKeyData;
}

function isFile(value: unknown): value is IBinaryData {
	return isRecord(value) && typeof value.mimeType === 'string' && ('data' in value || 'id' in value);
}

/** Those that n8n moved among the fields; a field of that name that holds anything else is one like any other. */
function filesAmongFields(json: Record<string, unknown>): Record<string, IBinaryData> {
	const held = Object.hasOwn(json, FILES) ? json[FILES] : undefined;
	const files: Record<string, IBinaryData> = {};
	if (!isRecord(held)) return files;
	for (const [name, file] of Object.entries(held)) {
		if (!isFile(file)) return {};
		files[name] = file;
	}
	return files;
}

function filesOf({ json, binary }: WithFiles): Record<string, IBinaryData> {
	return { ...filesAmongFields(json), ...binary };
}

/** A file of an item, by its name or by the path `_files.name` to it; `undefined` where there is none. */
function fileOf(item: WithFiles | undefined, name: string): IBinaryData | undefined {
	if (!item || (!item.binary && !Object.hasOwn(item.json, FILES))) return undefined;
	const files = filesOf(item);
	const known = [name, name.replace(/^_files\./, '')].find((one) => Object.hasOwn(files, one));
	return known === undefined ? undefined : files[known];
}

/** A file of an item, by its name. Throws `unusable`. */
export function expectFile(item: WithFiles | undefined, name: string): IBinaryData {
	const file = fileOf(item, name);
	if (file) return file;
	const present = item ? Object.keys(filesOf(item)) : [];
	return unusable(
		`The item has no file '${name}'`,
		present.length === 0 ? 'It has no files at all.' : `Its files: ${present.join(', ')}.`,
	);
}

/** The file of an item that a value among its fields stands for. */
export function fileBehind({ json }: WithFiles, value: unknown): IBinaryData | undefined {
	return isFile(value) && Object.values(filesAmongFields(json)).includes(value) ? value : undefined;
}

/** The file that a column stands for: the one of its name where the item has no value there, or the one behind the value. */
export function fileFor(item: WithFiles, name: string, value: unknown): IBinaryData | undefined {
	return value === undefined ? fileOf(item, name) : fileBehind(item, value);
}

/** The fields of an item without its files: what n8n notes of a file is nothing that a model was trained on. */
export function withoutFiles(json: Record<string, unknown>): Record<string, unknown> {
	if (!Object.hasOwn(json, FILES) || Object.keys(filesAmongFields(json)).length === 0) return json;
	return Object.fromEntries(Object.entries(json).filter(([name]) => name !== FILES));
}

/** The bytes of a file of an item. */
export async function readFile(context: IExecuteFunctions, item: number, file: IBinaryData): Promise<Buffer> {
	const binary = context.getInputData()[item]?.binary ?? {};
	// n8n before 'binaryMode' knows files by their names alone; since then a name means another thing in each mode.
	const name = Object.keys(binary).find((one) => binary[one] === file);
	const isCombined = context.getWorkflowSettings?.().binaryMode === 'combined';
	const wanted = name === undefined || isCombined ? file : name;
	return await fromN8n(async () => await context.helpers.getBinaryDataBuffer(item, wanted));
}
