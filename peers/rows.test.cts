/**
 * Rows by a schema, held against Hopsworks' own check (`validate_instances` of its Python library) both ways:
 *
 * - What the node sends, the check lets pass, as KServe would read it. The rows are those of the request bodies that came
 *   over the wire, whole batches together.
 * - What the node refuses, the check refuses as well, in the form in which the row would have gone out had the node changed
 *   nothing of it: the item's own values as JavaScript writes them as JSON, an object of the fields that the columns are
 *   filled from, or a list of them where rows have no names. There a field that is missing leaves no place, but for an
 *   optional one, which is null.
 *
 * Where the node refuses what the check lets pass, it has to be one of the cases in `schemaPurposes.cts`, which are counted.
 * The sandbox has to say of every body what the check says, word for word, and to publish every schema as the library does.
 * `SCHEMA_ROWS` and `SCHEMA_SEED` ask for other rows.
 */
import fc from 'fast-check';
import type { IDataObject, INodeParameters } from 'n8n-workflow';
import type { Call, Reply } from '../sandbox/reply.cts';
import { defaultPredictor } from '../sandbox/schema/defaultPredictor.cts';
import { jsonSchemaOf, openApiOf } from '../sandbox/schema/publishedSchema.cts';
import { runModel, type RunResult } from '../test/support/engine.cts';
import { at, numberOf, read, textOf } from '../test/support/json.cts';
import { rowsOf, startServer, type TestServer } from '../test/support/server.cts';
import { note, noteServer, peerTest } from './results.cts';
import { SchemaCheck, type Checked, type Verdict } from './schemaCheck.cts';
import { purposeOf, purposes } from './schemaPurposes.cts';
import { schemaRuns, type SchemaRun } from './schemaRuns.cts';
import { jsonText } from './schemaTypes.cts';
import { INSTALL_PATIENCE } from './servers.cts';

const ROWS = Number(process.env.SCHEMA_ROWS ?? 100_000);
const SEED = Number(process.env.SCHEMA_SEED ?? 18);
const ROWS_A_RUN = 250;
/** So many disagreements are shown. */
const MOST_SHOWN = 10;

let check: SchemaCheck;
let hopsworks: TestServer;
/** What the server says and gets in the run at hand. */
let schema: unknown;
let bodies: string[] = [];
/** Where each row stood; its prediction is its place here. */
let places: Array<{ body: number; row: number }> = [];

beforeAll(async () => {
	check = await SchemaCheck.start();
	hopsworks = await startServer((request) => {
		const { path, text } = request;
		if (path.includes('/getProjectInfo/')) return { body: { projectId: 1, projectName: 'test' } };
		if (path.includes('/schema?')) return { body: schema };
		if (path.includes('/serving?'))
			return { body: { id: 1, name: 'any', status: 'Running', projectNamespace: 'test' } };
		const body = bodies.push(text) - 1;
		return { body: { predictions: rowsOf(request).map((_row, row) => places.push({ body, row }) - 1) } };
	});
}, INSTALL_PATIENCE);
afterAll(() => Promise.all([check.end(), hopsworks.close()]));

function columnsOf({ mapping }: SchemaRun): INodeParameters {
	if (!mapping) return { mappingMode: 'autoMapInputData', value: null };
	const value = Object.entries(mapping).map(([name, field]): [string, string] => [name, `={{ $json.${field} }}`]);
	return { mappingMode: 'defineBelow', value: Object.fromEntries(value) };
}

async function score(run: SchemaRun, items: IDataObject[]): Promise<RunResult> {
	({ schema } = run);
	bodies = [];
	places = [];
	hopsworks.requests.length = 0;
	return await runModel({
		credential: { hopsworksUrl: hopsworks.url, servingUrl: hopsworks.url },
		rows: items,
		settings: { onError: 'continueErrorOutput' },
		parameters: {
			operation: 'predict',
			deployment: { __rl: true, mode: 'list', value: 'any' },
			rows: 'schema',
			options: { rowFormat: run.layout },
			schemaColumns: columnsOf(run),
		},
	});
}

/** A request with the row of an item as it is. */
function unchanged({ columns, layout, mapping }: SchemaRun, item: IDataObject): string {
	const valueOf = (name: string): unknown => {
		const field = mapping?.[name] ?? name;
		return Object.hasOwn(item, field) ? item[field] : undefined;
	};
	const cells = columns.flatMap(({ name, isOptional }): Array<[string, unknown]> => {
		const value = valueOf(name);
		if (value !== undefined) return [[name, value]];
		return layout === 'values' && isOptional ? [[name, null]] : [];
	});
	const names = columns.map(({ name }) => name);
	const strangers = Object.keys(mapping ?? {}).filter((name) => !names.includes(name));
	for (const name of strangers) cells.push([name, valueOf(name) ?? null]);
	const texts = cells.map(([name, cell]) => (layout === 'values' ? '' : `${JSON.stringify(name)}:`) + jsonText(cell));
	return `{"instances":[${layout === 'values' ? `[${texts.join()}]` : `{${texts.join()}}`}]}`;
}

/** Why the check refuses a row of a body, '' where it does not. */
function reasonOf(verdict: Verdict | undefined, row: number): string {
	if (verdict === undefined) throw new Error('there is no verdict');
	if (typeof verdict === 'string') return verdict;
	const errors = verdict.filter((error) => error.row === null || error.row === row);
	return errors.map(({ field, reason }) => `${field ?? ''} ${reason}`).join('; ');
}

/** What the sandbox's predictor says of a body, in the form of the check. */
function saidBy(predictor: (call: Call) => Reply, body: string): unknown {
	const path = '/v1/models/any:predict';
	const reply = read(
		predictor({ method: 'POST', path, query: new URLSearchParams(), headers: {}, body, isUtf8: true }).body,
	);
	const isRefused = at(reply, 'detail', 'code') === 'SCHEMA_VALIDATION';
	if (at(reply, 'error') !== undefined) return 'unreadable';
	return isRefused ? at(reply, 'detail', 'errors') : [];
}

function compareSandbox({ schema, jsonschema, openapi, verdicts }: Checked, sent: string[], findings: Findings): void {
	const predictor = defaultPredictor('any', schema, () => 0);
	for (const [index, body] of sent.entries()) {
		const verdict = verdicts[index];
		const wanted = typeof verdict === 'string' ? 'unreadable' : verdict;
		const said = saidBy(predictor, body);
		if (JSON.stringify(said) === JSON.stringify(wanted)) continue;
		findings.ofSandbox.push(`${JSON.stringify([said, wanted]).slice(0, 500)} ${body.slice(0, 500)}`);
	}
	findings.bodies += sent.length;
	expect(jsonSchemaOf(schema)).toEqual(jsonschema);
	expect(openApiOf(schema, 'any')).toEqual(openapi);
}

const itemOf = (pairedItem: unknown): number => numberOf(at(pairedItem, 'item'));

interface Findings {
	sent: number;
	refused: number;
	/** How often each case was met. */
	onPurpose: Map<string, number>;
	/** Rows that only the check refuses, and rows that only the node refuses, for no reason that is known. */
	letThrough: string[];
	refusedAlone: string[];
	/** Bodies that the sandbox was asked of, and what it said of them that the check does not say. */
	bodies: number;
	ofSandbox: string[];
}

async function compare(run: SchemaRun, items: IDataObject[], findings: Findings): Promise<void> {
	const { success, failed, error } = await score(run, items);
	if (error) throw error;
	expect(success.length + failed.length).toBe(items.length);
	expect(places).toHaveLength(success.length);
	const refused = failed.map(({ json, pairedItem }) => ({
		item: items[itemOf(pairedItem)] ?? {},
		said: textOf(json.error),
	}));
	const rows = refused.map(({ item }) => unchanged(run, item));
	const checked = await check.check(schema, [...bodies, ...rows]);
	const { verdicts } = checked;
	compareSandbox(checked, [...bodies, ...rows], findings);
	const types = (): string => JSON.stringify(run.schema).slice(0, 1000);

	findings.sent += success.length;
	const taken = new Set(success.map(({ json }) => places[numberOf(json.prediction)]));
	expect(taken.size).toBe(success.length);
	for (const place of taken) {
		if (!place) throw new Error('a prediction that was not made');
		const reason = reasonOf(verdicts[place.body], place.row);
		if (reason !== '') findings.letThrough.push(`${reason}, ${types()}`);
	}
	findings.refused += refused.length;
	for (const [index, { item, said }] of refused.entries()) {
		if (reasonOf(verdicts[bodies.length + index], 0) !== '') continue;
		const cases = run.columns.map(({ name, type }) => purposeOf(type.text, item[run.mapping?.[name] ?? name]));
		const purpose = cases.find((one) => one !== undefined);
		if (purpose === undefined) findings.refusedAlone.push(`${said} ${rows[index] ?? ''}, ${types()}`);
		else findings.onPurpose.set(purpose, (findings.onPurpose.get(purpose) ?? 0) + 1);
	}
}

peerTest(
	'what the node sends and what it refuses',
	async () => {
		const findings: Findings = {
			sent: 0,
			refused: 0,
			onPurpose: new Map(),
			letThrough: [],
			refusedAlone: [],
			bodies: 0,
			ofSandbox: [],
		};
		const runs = fc.sample(schemaRuns, { seed: SEED, numRuns: Math.ceil(ROWS / ROWS_A_RUN) });
		for (const [index, run] of runs.entries()) {
			await compare(run, fc.sample(run.items, { seed: SEED + index, numRuns: ROWS_A_RUN }), findings);
		}
		const { sent, refused, onPurpose, letThrough, refusedAlone, bodies: asked, ofSandbox } = findings;
		for (const found of [letThrough, refusedAlone, ofSandbox]) {
			expect({ number: found.length, shown: found.slice(0, MOST_SHOWN) }).toEqual({ number: 0, shown: [] });
		}
		expect([...onPurpose.keys()].toSorted()).toEqual(purposes.toSorted());
		const server = `${check.version}, check of rows`;
		noteServer(check.version);
		note(server, 'rows that the node sends: taken', sent, sent - letThrough.length);
		const meant = [...onPurpose.values()].reduce((sum, number) => sum + number, 0);
		note(server, 'rows that the node refuses: refused', refused - meant, refused - meant - refusedAlone.length);
		for (const [purpose, number] of onPurpose) note(server, `refused by the node alone: ${purpose}`, number, number);
		note(server, 'bodies of which the sandbox says the same', asked, asked - ofSandbox.length);
		note(server, 'schemas that the sandbox publishes as the library', runs.length, runs.length);
	},
	600_000,
);
