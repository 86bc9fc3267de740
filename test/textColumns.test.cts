/** Text and numbers by column: what all rows together say of each text. */
import { TextColumns } from '../nodes/core/predict/textColumns';
import type { IDataObject } from 'n8n-workflow';
import { runModel } from './support/engine.cts';
import { firstValues } from './support/server.cts';
import { sharedServer } from './support/sharedServer.cts';

const server = sharedServer(firstValues);

/** The bodies that go out for these rows. */
async function bodiesOf(rows: IDataObject[], parameters = {}, options = {}): Promise<string[]> {
	await runModel({
		rows,
		credential: { servingUrl: server.url },
		parameters: {
			operation: 'predict',
			deployment: { __rl: true, mode: 'name', value: 'fraud' },
			columns: 'x',
			options: { concurrency: 1, ...options },
			...parameters,
		},
		settings: { onError: 'continueRegularOutput' },
	});
	return server.requests.map(({ text }) => text);
}

const column = (...texts: Array<IDataObject['x']>): IDataObject[] => texts.map((x) => ({ x }));

test.each([
	['ids, one of which is all digits', column('f1c119ed', '12345678'), '["f1c119ed"],["12345678"]'],
	['ZIP codes', column('10115', '02139', '94103'), '["10115"],["02139"],["94103"]'],
	['numbers with a dirty cell', column('1', 'x', '2.50'), '[1],["x"],[2.50]'],
	['numbers of which most are missing', column('1.0', 'n/a', '', 'NaN', '-'), '[1.0],["n/a"],[""],["NaN"],["-"]'],
	['numbers as text beside numbers', column('1e5', 7, '12345678901234567890'), '[1e5],[7],[12345678901234567890]'],
	['words and a number', column('red', '5', 'green'), '["red"],["5"],["green"]'],
	['phone numbers', column('+4670', '4670', '+4671'), '["+4670"],["4670"],["+4671"]'],
	['lists', column(['1', 'a'], ['b', '2'], ['c']), '[["1","a"]],[["b","2"]],[["c"]]'],
	[
		'members of objects',
		column({ zip: '10115', n: '1' }, { zip: '02139', n: '2' }),
		'[{"zip":"10115","n":1}],[{"zip":"02139","n":2}]',
	],
])('%s', async (_name, rows, expected) => {
	expect(await bodiesOf(rows)).toEqual([`{"inputs":[${expected}]}`]);
});

test('a column is decided by all rows of a run, however many requests they take', async () => {
	const rows = column('12345678', '23456789', 'a', 'b', 'c');
	expect(await bodiesOf(rows, {}, { rowsPerRequest: 2 })).toEqual([
		'{"inputs":[["12345678"],["23456789"]]}',
		'{"inputs":[["a"],["b"]]}',
		'{"inputs":[["c"]]}',
	]);
});

test('each column is decided for itself, also where all fields are sent', async () => {
	const rows = [
		{ zip: '02139', amount: '1.50' },
		{ zip: '10115', amount: '2' },
	];
	const expected = '{"inputs":[{"zip":"02139","amount":1.50},{"zip":"10115","amount":2}]}';
	expect(await bodiesOf(rows, { rows: 'allFields' })).toEqual([expected]);
});

test('nothing is decided where conversion is off', async () => {
	expect(await bodiesOf(column('1', '2'), {}, { convertText: false })).toEqual(['{"inputs":[["1"],["2"]]}']);
});

test('rows are read again only where a text column holds numbers', () => {
	const columns = new TextColumns();
	for (const text of ['1', '2', 'x']) columns.isNumber('a', text);
	for (const text of ['x', 'y']) columns.isNumber('b', text);
	expect(columns.decide()).toBe(false);
	expect(['a', 'b'].map((name) => columns.isNumber(name, '3'))).toEqual([true, false]);
	const mixed = new TextColumns();
	for (const text of ['1', 'x']) mixed.isNumber('a', text);
	expect(mixed.decide()).toBe(true);
});
