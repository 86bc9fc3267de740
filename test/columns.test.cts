import { parseColumns, readColumn } from '../nodes/serving/columns';

function read(text: string, item: Record<string, unknown>): unknown {
	const columns = parseColumns(text);
	return columns.ok
		? Object.fromEntries(columns.value.map((column) => [column.name, readColumn(item, column)]))
		: columns.failure.message;
}

test.each([
	['amount, age', { amount: 1, age: 2 }, { amount: 1, age: 2 }],
	['age,amount', { amount: 1, age: 2 }, { age: 2, amount: 1 }],
	['geo.lat', { geo: { lat: 59 } }, { 'geo.lat': 59 }],
	['geo.lat', { geo: { lat: 59 }, 'geo.lat': 'own' }, { 'geo.lat': 'own' }],
	['[\'Amount USD\'], ["x"]', { 'Amount USD': 1, x: 2 }, { 'Amount USD': 1, x: 2 }],
	['Amount USD', { 'Amount USD': 1 }, { 'Amount USD': 1 }],
	["['a, b'], ['it\\'s']", { 'a, b': 1, "it's": 2 }, { 'a, b': 1, "it's": 2 }],
	[
		"geo['lat deg'], list[1].x",
		{ geo: { 'lat deg': 3 }, list: [0, { x: 4 }] },
		{ "geo['lat deg']": 3, 'list[1].x': 4 },
	],
	['Amount (USD)', { 'Amount (USD)': 5 }, { 'Amount (USD)': 5 }],
	['größe', { größe: 1 }, { größe: 1 }],
	['a[b', { 'a[b': 1 }, { 'a[b': 1 }],
	['missing, geo.lon', { geo: { lat: 1 } }, { missing: undefined, 'geo.lon': undefined }],
	['toString, a.constructor', { a: {} }, { toString: undefined, 'a.constructor': undefined }],
	[' ,, ', {}, "'Columns' names no column"],
])('%j of %j', (text, item, expected) => {
	expect(read(text, item)).toEqual(expected);
});
