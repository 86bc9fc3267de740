/** KServe's own model server with scikit-learn models and predictor scripts, and what its models predict as Python itself computed it. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { at, listOf, numberOf, read, recordOf, textOf } from '../test/support/json.cts';
import { freePort } from '../tools/freePort.cts';
import { installed, versionIn } from './python.cts';
import { noteServer } from './results.cts';
import { folder, startServer } from './servers.cts';

/** A data set, and what its model predicts of every row. */
export interface DataSet {
	columns: string[];
	rows: number[][];
	/** Whether the model was trained on named columns. */
	byName: boolean;
	predictions: Array<string | number>;
}

export interface KServe {
	url: string;
	port: number;
	set(name: string): DataSet;
}

function predictionOf(value: unknown): string | number {
	return typeof value === 'string' ? value : numberOf(value);
}

function dataSetOf(value: unknown): DataSet {
	return {
		columns: listOf(at(value, 'columns')).map(textOf),
		rows: listOf(at(value, 'rows')).map((row) => listOf(row).map(numberOf)),
		byName: at(value, 'byName') === true,
		predictions: listOf(at(value, 'predictions')).map(predictionOf),
	};
}

export async function startKServe(): Promise<KServe> {
	const programs = await installed('kserve');
	const port = await freePort();
	const url = `http://127.0.0.1:${port}`;
	const file = join(folder, 'expected.json');
	const args = [join(__dirname, 'kserve_models.py'), String(port), file];
	await startServer(join(programs, 'python'), args, `${url}/v1/models`);
	const sets = recordOf(read(readFileSync(file, 'utf8')));
	const [kserve, scikitLearn] = [await versionIn(programs, 'kserve'), await versionIn(programs, 'scikit-learn')];
	noteServer(`KServe ${kserve} with scikit-learn ${scikitLearn}`);
	return { url, port, set: (name) => dataSetOf(sets[name]) };
}
