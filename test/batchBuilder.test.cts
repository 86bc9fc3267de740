/** Batches of rows: sizes are bytes, as they are on the wire. */
import { cutBatches, shrink, type Batch } from '../nodes/core/batching/batchBuilder';
import { badInput, success, type Failure } from '../nodes/core/failure/outcome';
import { Turns } from '../nodes/core/turns';

const WIDE = '€'.repeat(10); // 30 bytes in UTF-8, and a separator

test('what a batch may hold is counted in bytes, not in characters', async () => {
	const sizes: number[] = [];
	const limits = { rows: 100, bytes: 2 * (30 + 1) };
	for await (const { items } of cutBatches(
		[0, 1, 2, 3, 4],
		() => WIDE,
		limits,
		() => {},
		new Turns(async () => {}),
	))
		sizes.push(items.length);
	expect(sizes).toEqual([2, 2, 1]);
});

test('a batch that was too large halves what may be sent in bytes, not in characters', () => {
	const limits = { rows: 100, bytes: 1_000_000 };
	const batch: Batch = { items: [0, 1, 2, 3], texts: [WIDE, WIDE, WIDE, WIDE] };
	shrink(limits, batch);
	expect(limits).toEqual({ rows: 2, bytes: 2 * (30 + 1) });
});

test('a row that has to be fetched first joins its batch, and one that cannot be had fails alone', async () => {
	const batches: Batch[] = [];
	const failures: Array<[item: number, failure: Failure]> = [];
	const fetched = [success('[0]'), badInput('no file', 'Give it one.'), success('[2]')];
	for await (const batch of cutBatches(
		[0, 1, 2],
		async (item) => fetched[item] ?? success('null'),
		{ rows: 2, bytes: 100 },
		(item, failure) => failures.push([item, failure]),
		new Turns(async () => {}),
	)) {
		batches.push(batch);
	}
	expect(batches).toEqual([{ items: [0, 2], texts: ['[0]', '[2]'] }]);
	expect(failures).toEqual([[1, expect.objectContaining({ message: 'no file' })]]);
});
