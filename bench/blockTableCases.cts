/** Tables of many rows, and of many fields: all that the node does before, between and after its requests. */
import type { IDataObject, INodeExecutionData, INodeParameters } from 'n8n-workflow';
import type { RunOptions } from '../test/support/engine.cts';
import type { BlockCase } from './blockCases.cts';
import type { SameRequest } from './blockControl.cts';
import { COLUMNS, IN_FLIGHT, ROWS_PER_REQUEST } from './settings.cts';
import { table } from './table.cts';

/** The fields of a request to a deployment that scores whatever it gets. */
export function predict(parameters: INodeParameters = {}, deployment = 'scores'): INodeParameters {
	return {
		operation: 'predict',
		deployment: { __rl: true, mode: 'name', value: deployment },
		columns: COLUMNS.join(),
		options: { rowsPerRequest: ROWS_PER_REQUEST, concurrency: IN_FLIGHT },
		...parameters,
	};
}

const COLUMN = '{{ [$json.amount, $json.age, $json.distance, $json.hour] }}';
const AT_100_000 = 100;
const AT_1_000_000 = 200;

interface Way {
	name: string;
	parameters: INodeParameters;
	/** Whether Hopsworks is asked first. */
	asksHopsworks?: boolean;
}

const columns: Way = { name: 'selected columns', parameters: {} };
const allFields: Way = { name: 'all fields, as objects', parameters: { rows: 'allFields' } };
const bySchema: Way = {
	name: 'by the schema of the deployment',
	parameters: { rows: 'schema', schemaColumns: { mappingMode: 'autoMapInputData', value: null } },
	asksHopsworks: true,
};
const byExpression: Way = { name: 'by a JSON expression', parameters: { rows: 'json', rowJson: `=${COLUMN}` } };

function optionsOf({ parameters, asksHopsworks }: Way, items: INodeExecutionData[], url: string): RunOptions {
	const credential = { servingUrl: url, ...(asksHopsworks && { hopsworksUrl: url }) };
	return { items, credential, parameters: predict(parameters) };
}

function sameRequests(rows: number): SameRequest {
	const inputs = table(ROWS_PER_REQUEST).map(({ json }) => COLUMNS.map((column) => json[column]));
	return {
		path: '/v1/test/scores/v1/models/scores:predict',
		body: JSON.stringify({ inputs }),
		times: rows / ROWS_PER_REQUEST,
	};
}

function tableCase(rows: number, way: Way, bar: number): BlockCase {
	return {
		what: `${rows.toLocaleString('en-US')} rows, ${way.name}`,
		bar,
		isLong: rows > 100_000,
		run: (url) => optionsOf(way, table(rows), url),
		same: sameRequests(rows),
	};
}

const CANCEL_AFTER = 1500;
const WIDE_FIELDS = 5000;
const WIDE_ROWS = 20;

function wideTable(): IDataObject[] {
	return Array.from({ length: WIDE_ROWS }, (_, row) =>
		Object.fromEntries(Array.from({ length: WIDE_FIELDS }, (_unused, field) => [`field${field}`, row + field])),
	);
}

export const tableCases: BlockCase[] = [
	...[columns, allFields, bySchema].flatMap((way) => [
		tableCase(100_000, way, AT_100_000),
		tableCase(1_000_000, way, AT_1_000_000),
	]),
	tableCase(30_000, byExpression, AT_100_000),
	tableCase(100_000, byExpression, AT_100_000),
	{
		what: `100,000 rows, by a JSON expression, cancelled after ${CANCEL_AFTER / 1000} s: from then to the end`,
		cancelAfter: CANCEL_AFTER,
		run: (url) => optionsOf(byExpression, table(100_000), url),
	},
	{
		what: `${WIDE_ROWS} rows of ${WIDE_FIELDS.toLocaleString('en-US')} fields, all fields as values`,
		bar: AT_100_000,
		run: (url) => ({
			rows: wideTable(),
			credential: { servingUrl: url },
			parameters: predict({ rows: 'allFields', options: { rowFormat: 'values' } }),
		}),
	},
	{
		what: "'Max Concurrent Requests' of 30,000 on three rows",
		bar: AT_100_000,
		run: (url) => ({
			items: table(3),
			credential: { servingUrl: url },
			parameters: predict({ options: { rowsPerRequest: 1, concurrency: 30_000 } }),
		}),
	},
];
