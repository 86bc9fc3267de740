/** What Predict File tells the world around it while it runs. */
import { Logger } from '@n8n/backend-common';
import { Container } from '@n8n/di';
import * as cancel from '../nodes/n8n/cancel';
import { useFileStore } from './support/fileStore.cts';
import { fileScorer } from './support/scoreFile.cts';
import { firstValues } from './support/server.cts';
import { sharedServer } from './support/sharedServer.cts';

const server = sharedServer(firstValues);
const score = fileScorer(server, useFileStore());

afterEach(() => jest.restoreAllMocks());

test('the log of n8n says how far a long run is every ten seconds, before anything is written too', async () => {
	const info = jest.spyOn(Container.get(Logger), 'info');
	let late = 0;
	const began = cancel.now();
	jest.spyOn(cancel, 'now').mockImplementation(() => began + late);
	server.answer = (request) => {
		late += 4000;
		return firstValues(request);
	};
	const rows = Array.from({ length: 3000 }, (_, row) => `${row},7`);
	const { summary } = await score(`amount,age\n${rows.join('\n')}\n`, {
		options: { concurrency: 1, rowsPerRequest: 500 },
	});
	expect(summary).toMatchObject({ rows: 3000, requests: 6 });
	const said = info.mock.calls.map(([line]) => line).filter((line) => line.includes("of 'rows.csv' scored"));
	expect(said).toEqual([
		"1,000 rows of 'rows.csv' scored, 83 a second, about 24 s left",
		"2,500 rows of 'rows.csv' scored, 104 a second, about 5 s left",
	]);
});
