/** Predict on the rows of a data set, and what comes of it beside what Python computed. */
import type { IDataObject } from 'n8n-workflow';
import { runModel, type RunOptions, type RunResult } from '../test/support/engine.cts';
import { recordOf } from '../test/support/json.cts';
import type { DataSet } from './kserve.cts';

export interface Asked extends Partial<RunOptions> {
	/** Beside those among the parameters. */
	options?: IDataObject;
}

/** Predict at a model's own address, without a gateway. */
export function predict(url: string, model: string, { parameters, options, ...rest }: Asked): Promise<RunResult> {
	return runModel({
		...rest,
		credential: { servingUrl: url },
		parameters: {
			operation: 'predict',
			deployment: { __rl: true, mode: 'url', value: `${url}/v1/models/${model}:predict` },
			...parameters,
			options: { maxTries: 2, maxRetryWait: 1, ...recordOf(parameters?.options ?? {}), ...options },
		},
	});
}

export const rowsOf = ({ columns, rows }: DataSet): Array<Record<string, number>> =>
	rows.map((row, index) => ({
		index,
		...Object.fromEntries(row.map((value, column) => [columns[column] ?? '', value])),
	}));
/** Columns as the editor writes them where a name is no plain word. */
export const columnsOf = ({ columns }: DataSet): string => columns.map((name) => `['${name}']`).join(', ');

export function equalRows({ success, error }: RunResult, expected: unknown[], tolerance = 0): number {
	if (error) throw error;
	return success.filter(({ json, pairedItem }, row) => {
		const { prediction } = json;
		const wanted = expected[row];
		const isNear =
			typeof prediction === 'number' && typeof wanted === 'number' && Math.abs(prediction - wanted) <= tolerance;
		const isOwn = json.index === row && JSON.stringify(pairedItem) === JSON.stringify({ item: row });
		return isOwn && (isNear || prediction === wanted);
	}).length;
}
