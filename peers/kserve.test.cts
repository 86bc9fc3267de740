/** The node in n8n's real engine against KServe's own model server: every prediction as Python computes it. */
import type { IDataObject, INodeParameters } from 'n8n-workflow';
import { at } from '../test/support/json.cts';
import { startKServe, type KServe } from './kserve.cts';
import { columnsOf, equalRows, predict, rowsOf } from './predict.cts';
import { note, peerTest } from './results.cts';
import { INSTALL_PATIENCE } from './servers.cts';

let kserve: KServe;
beforeAll(async () => {
	kserve = await startKServe();
}, INSTALL_PATIENCE);

describe('scikit-learn on KServe', () => {
	const NAMES = ['iris', 'wine', 'cancer', 'diabetes', 'digits'];
	for (const name of NAMES)
		peerTest(`every row of ${name}`, async () => {
			const set = kserve.set(name);
			for (const options of [{ rowsPerRequest: 500 }, { rowsPerRequest: 37, concurrency: 8 }]) {
				const parameters = { columns: columnsOf(set), options: { rowFormat: set.byName ? 'lists' : 'auto' } };
				const run = await predict(kserve.url, name, { rows: rowsOf(set), parameters, options });
				const asked = `${name}, ${options.rowsPerRequest} rows a request`;
				note('KServe, scikit-learn', asked, set.rows.length, equalRows(run, set.predictions));
			}
		});

	peerTest('numbers that came as text, as from a CSV file', async () => {
		const set = kserve.set('wine');
		const rows = rowsOf(set).map((row) => ({
			...Object.fromEntries(Object.entries(row).map(([name, value]) => [name, String(value)])),
			index: row.index,
		}));
		const run = await predict(kserve.url, 'wine', { rows, parameters: { columns: columnsOf(set) } });
		note('KServe, scikit-learn', 'wine, numbers as text', set.rows.length, equalRows(run, set.predictions));
	});

	peerTest('rows given as JSON, and one row a body', async () => {
		const set = kserve.set('iris');
		const rows = set.rows.map((features, index) => ({ index, features }));
		const json = await predict(kserve.url, 'iris', {
			rows,
			parameters: { rows: 'json', rowJson: '={{ $json.features }}' },
		});
		note('KServe, scikit-learn', 'iris, rows as JSON', rows.length, equalRows(json, set.predictions));
		const bodyJson = '={{ ({ instances: [$json.features] }) }}';
		const body = await predict(kserve.url, 'iris', { rows, parameters: { rows: 'body', bodyJson } });
		const equal = body.success.filter(
			({ json }, row) => at(json.prediction, 'predictions', 0) === set.predictions[row],
		).length;
		note('KServe, scikit-learn', 'iris, whole bodies', rows.length, equal);
	});

	peerTest('one bad row among 178 fails alone, in the words of scikit-learn', async () => {
		const set = kserve.set('wine');
		const good: IDataObject[] = rowsOf(set);
		const rows = good.with(99, { ...good[99], alcohol: 'strong' });
		const run = await predict(kserve.url, 'wine', {
			rows,
			parameters: { columns: columnsOf(set) },
			settings: { onError: 'continueErrorOutput' },
		});
		expect(run.failed).toHaveLength(1);
		expect(run.failed[0]?.json.error).toContain('could not convert string to float');
		const others = set.predictions.toSpliced(99, 1);
		const equal = run.success.filter(({ json }, row) => json.prediction === others[row]).length;
		note('KServe, scikit-learn', 'wine with one bad row: the others', others.length, equal);
	});
});

describe('predictor scripts on KServe', () => {
	const numbers = Array.from({ length: 60 }, (_, index) => ({ index, amount: index, rate: index / 8 }));
	const cases: Array<[name: string, asked: string, parameters: INodeParameters, wanted: (index: number) => unknown]> = [
		['firstrow', 'reads the first row only', { columns: 'amount' }, (index) => index * 2],
		['lists', 'an object of lists', { columns: 'amount' }, (index) => ({ score: index / 2, label: String(index) })],
		['nan', 'NaN in the reply', { columns: 'amount' }, (index) => (index % 2 ? null : index)],
		[
			'named',
			'named values',
			{ options: { rowFormat: 'object' }, columns: 'amount, rate' },
			(index) => (index * index) / 8,
		],
		['named', 'all fields', { rows: 'allFields' }, (index) => (index * index) / 8],
		['single', 'single values', { options: { rowFormat: 'value' }, columns: 'amount' }, (index) => index * 3],
		[
			'columnar',
			'columns',
			{ options: { rowFormat: 'columnar' }, columns: 'amount, rate' },
			(index) => index + index / 8,
		],
		['types', 'Python types', { columns: 'amount, rate' }, (index) => `int ${index % 8 ? 'float' : 'int'}`],
	];
	for (const [name, asked, parameters, wanted] of cases)
		peerTest(`${name}: ${asked}`, async () => {
			const { success, error } = await predict(kserve.url, name, { rows: numbers, parameters });
			if (error) throw error;
			const isRight = (value: unknown, index: number): boolean =>
				JSON.stringify(value) === JSON.stringify(wanted(index));
			const equal = success.filter(({ json }, row) => json.index === row && isRight(json.prediction, row)).length;
			note('KServe, predictor script', asked, numbers.length, equal);
		});

	peerTest('64-bit numbers go out and come back with every digit', async () => {
		const rows = Array.from({ length: 50 }, (_, row) => ({ id: `92233720368547758${String(row).padStart(2, '0')}` }));
		const { success } = await predict(kserve.url, 'ids', { rows, parameters: { columns: 'id' } });
		const equal = success.filter(({ json }, row) => json.prediction === String(BigInt(rows[row]?.id ?? 0) + 1n)).length;
		note('KServe, predictor script', '64-bit numbers', rows.length, equal);
	});

	peerTest('one answer for a whole request is given to its single row', async () => {
		const { success } = await predict(kserve.url, 'object', { rows: [{ id: 1 }], parameters: { columns: 'id' } });
		expect(success[0]?.json.prediction).toEqual({ ranking: [{ article: 'a', score: 0.9 }] });
	});

	peerTest('slow: waited for, and given up after the time-out', async () => {
		const asked = { rows: [{ id: 5 }], parameters: { columns: 'id' } };
		expect((await predict(kserve.url, 'slow', asked)).success[0]?.json.prediction).toBe(5);
		const { error } = await predict(kserve.url, 'slow', { ...asked, options: { timeout: 1 } });
		expect(error?.message).toContain('1 s');
	});

	peerTest('not ready, and unknown', async () => {
		const asked = { rows: [{ id: 5 }], parameters: { columns: 'id' } };
		expect((await predict(kserve.url, 'notready', asked)).error?.message).toContain(
			'Model with name notready is not ready',
		);
		expect((await predict(kserve.url, 'nope', asked)).error?.message).toContain('Model with name nope does not exist');
	});
});
