/** Batches of rows: sizes are bytes, as they are on the wire. */
import { cutBatches, shrink, type Batch } from '../nodes/serving/batch';
import { Turns } from '../nodes/serving/turns';

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
