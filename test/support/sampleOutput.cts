/** The outputs that the editor offers before a first run, `__schema__` beside each node, held against those that come out. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import Ajv, { type ValidateFunction } from 'ajv';
import { at, read, recordOf } from './json.cts';

const NODES = join(__dirname, '..', '..', 'nodes');
/** The schemas are n8n's own kind of JSON Schema: a version stands in them, and a type may be a list. */
const ajv = new Ajv({ strict: false, allowUnionTypes: true });

export interface Sample {
	/** The fields that the editor offers. */
	fields: string[];
	validate: ValidateFunction;
}

/** Where n8n looks for it: a node without operations has one for all that it does. */
function fileOf(node: string, operation: string): string {
	const folder = node.charAt(0).toUpperCase() + node.slice(1);
	const file = operation === '' ? 'v1.0.0.json' : join('v1.0.0', `${operation}.json`);
	return join(NODES, folder, '__schema__', file);
}

/** The sample output of an operation, by the name of the node's type: `hopsworksModel`. */
export function sampleOf(node: string, operation: string): Sample {
	const schema = read(readFileSync(fileOf(node, operation), 'utf8'));
	return { fields: Object.keys(recordOf(at(schema, 'properties'))), validate: ajv.compile(recordOf(schema)) };
}

export function hasSample(node: string, operation: string): boolean {
	return existsSync(fileOf(node, operation));
}

/** What an item has otherwise than the sample says. */
export function violations({ fields, validate }: Sample, json: object): string[] {
	const missing = fields.filter((name) => !(name in json)).map((name) => `'${name}' is missing`);
	const wrong = validate(json)
		? []
		: (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message ?? ''}`);
	return [...missing, ...wrong];
}

/** The same, and what the sample does not say; `kept` are fields of the input. */
export function departures(sample: Sample, json: object, kept: string[] = []): string[] {
	const unsaid = Object.keys(json).filter((name) => !sample.fields.includes(name) && !kept.includes(name));
	return [...violations(sample, json), ...unsaid.map((name) => `'${name}' is new`)];
}
