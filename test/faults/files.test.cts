/** Predict File ends every row as Predict does: with its own prediction or its own error, in its place, whatever the faults. */
import fc from 'fast-check';
import { gzipSync } from 'node:zlib';
import { useFileStore } from '../support/fileStore.cts';
import { fileScorer } from '../support/scoreFile.cts';
import { sharedServer } from '../support/sharedServer.cts';
import { answerTo, cases, wordsOn } from './rowCases.cts';

/** Cases in one run; `npm run test:faults` takes more. */
const CASES = Math.ceil(Number(process.env.PROPERTY_CASES ?? 100) / 2);

const server = sharedServer(() => ({}));
const score = fileScorer(server, useFileStore());

/** The lines of a file of rows, and its members or cells read again. */
const FORMATS = {
	csv: {
		write: (rows: number[][]) => ['item;salt', ...rows.map((cells) => cells.join(';'))].join('\r\n'),
		read: (text: string) =>
			text
				.trimEnd()
				.split('\r\n')
				.slice(1)
				.map((line) => line.split(';')),
	},
	jsonl: {
		write: (rows: number[][]) => rows.map(([item, salt]) => JSON.stringify({ item, salt })).join('\n'),
		read: (text: string) =>
			text
				.trimEnd()
				.split('\n')
				.map((line) => {
					const { item, salt, prediction = '', error = '' }: Record<string, string> = JSON.parse(line);
					return [String(item), String(salt), prediction, error];
				}),
	},
};

test(`${CASES} random cases`, async () => {
	await fc.assert(
		fc.asyncProperty(
			cases,
			fc.constantFrom('csv' as const, 'jsonl' as const),
			fc.boolean(),
			async (one, format, isPacked) => {
				const { salts, bad, rowsPerRequest, concurrency, rowFormat, requestField } = one;
				server.requests.length = 0;
				server.answer = answerTo(one);
				const content = FORMATS[format].write(salts.map((salt, item) => [item, salt]));
				const { text, summary, error } = await score(isPacked ? gzipSync(content) : content, {
					fileName: `rows.${format}`,
					columns: 'item, salt',
					options: {
						fileName: 'out',
						rowFormat,
						requestField,
						rowsPerRequest,
						concurrency,
						maxTries: 10,
						maxRetryWait: 0.001,
					},
				});
				if (bad.size === salts.length) {
					expect(error?.message).toMatch(/^None of the .* could be scored/);
					return;
				}
				expect(error).toBeUndefined();
				expect(summary).toMatchObject({ rows: salts.length, failed: bad.size, scored: salts.length - bad.size });
				const rows = FORMATS[format].read(text);
				expect(rows).toEqual(
					salts.map((salt, item) => [
						String(item),
						String(salt),
						bad.has(item) ? '' : `${item}/${salt}`,
						bad.has(item) ? expect.stringMatching(wordsOn(one, item)) : '',
					]),
				);
			},
		),
		{ numRuns: CASES },
	);
}, 600_000);
