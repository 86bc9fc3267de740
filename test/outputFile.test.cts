/** The name of the file that comes out of a table, and what it is by its name. */
import { Handover } from '../nodes/core/handover';
import { nameWith, outputFile } from '../nodes/core/table/outputFile';

test.each([
	['payments.csv', false, 'payments-predictions.csv'],
	['payments.csv.gz', true, 'payments-predictions.csv.gz'],
	['payments.csv', true, 'payments-predictions.csv.gz'],
	['2026.11.30.payments', false, '2026.11.30-predictions.payments'],
	['payments', false, 'payments-predictions'],
	['', false, 'predictions.csv'],
	[undefined, true, 'predictions.csv.gz'],
])('%p, packed %p, becomes %s', (name, isPacked, expected) => {
	expect(nameWith(name, 'predictions', 'csv', isPacked)).toBe(expected);
});

test.each([
	['out.csv', 'text/csv', false],
	['out.TSV', 'text/tab-separated-values', false],
	['out.csv.gz', 'application/gzip', true],
	['out', 'text/csv', false],
	['out.jsonl', 'application/jsonl', false],
])('%s is %s', (name, mediaType, isPacked) => {
	expect(outputFile(name, 'csv')).toEqual({ name, mediaType, isPacked });
});

describe('a handover', () => {
	test('gives every piece to its taker before the next is made, and ends', async () => {
		const handover = new Handover<number>();
		const steps: string[] = [];
		const making = (async () => {
			for (const piece of [1, 2]) {
				steps.push(`put ${piece}`);
				await handover.put(piece);
			}
			handover.finish();
		})();
		for await (const piece of handover) steps.push(`take ${piece}`);
		await making;
		expect(steps).toEqual(['put 1', 'take 1', 'put 2', 'take 2']);
	});

	test('throws at its taker where what came is not whole, and holds nobody up once its taker has gone', async () => {
		const broken = new Handover<number>();
		broken.fail(new Error('broken'));
		await expect(broken[Symbol.asyncIterator]().next()).rejects.toThrow('broken');
		await broken.put(1);
		const left = new Handover<number>();
		const iterator = left[Symbol.asyncIterator]();
		const first = left.put(1);
		expect((await iterator.next()).value).toBe(1);
		await iterator.return(undefined);
		await first;
		await left.put(2);
	});
});
