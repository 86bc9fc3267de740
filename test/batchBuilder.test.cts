/** Batches of rows: sizes are bytes, as they are on the wire. */
import { buildBatches, shrink, type Batch } from '../nodes/core/batching/batchBuilder';
import { badInput, success, type Failure } from '../nodes/core/failure/outcome';
import { Turns } from '../nodes/core/turns';

const sizeOf = (row: string): number => Buffer.byteLength(row) + 1;

const WIDE = '€'.repeat(10); // 30 bytes in UTF-8, and a separator

test('what a batch may hold is counted in bytes, not in characters', async () => {
	const sizes: number[] = [];
	const form = { limits: { rows: 100, bytes: 2 * (30 + 1) }, sizeOf };
	for await (const { items } of buildBatches(
		[0, 1, 2, 3, 4],
		() => WIDE,
		form,
		() => {},
		new Turns(async () => {}),
	))
		sizes.push(items.length);
	expect(sizes).toEqual([2, 2, 1]);
});

test('a batch that was too large halves what may be sent in bytes, not in characters', () => {
	const form = { limits: { rows: 100, bytes: 1_000_000 }, sizeOf };
	const batch: Batch<string> = { items: [0, 1, 2, 3], rows: [WIDE, WIDE, WIDE, WIDE] };
	shrink(form, batch);
	expect(form.limits).toEqual({ rows: 2, bytes: 2 * (30 + 1) });
});

test('a row that has to be fetched first joins its batch, and one that cannot be had fails alone', async () => {
	const batches: Array<Batch<string>> = [];
	const failures: Array<[item: number, failure: Failure]> = [];
	const fetched = [success('[0]'), badInput('no file', 'Give it one.'), success('[2]')];
	for await (const batch of buildBatches(
		[0, 1, 2],
		async (item) => fetched[item] ?? success('null'),
		{ limits: { rows: 2, bytes: 100 }, sizeOf },
		(item, failure) => failures.push([item, failure]),
		new Turns(async () => {}),
	)) {
		batches.push(batch);
	}
	expect(batches).toEqual([{ items: [0, 2], rows: ['[0]', '[2]'] }]);
	expect(failures).toEqual([[1, expect.objectContaining({ message: 'no file' })]]);
});

test('a batch goes out as soon as it is full, before the next row is asked for', async () => {
	const asked: number[] = [];
	const rowOf = (item: number): string => {
		asked.push(item);
		return '[]';
	};
	const form = { limits: { rows: 2, bytes: 100 }, sizeOf };
	const batches = buildBatches([0, 1, 2], rowOf, form, () => {}, new Turns(async () => {}));
	expect((await batches.next()).value).toEqual({ items: [0, 1], rows: ['[]', '[]'] });
	expect(asked).toEqual([0, 1]);
	form.limits.rows = 1;
	expect((await batches.next()).value).toEqual({ items: [2], rows: ['[]'] });
	expect((await batches.next()).done).toBe(true);
});
