/** Predict File by the schema of the deployment, on the sandbox. */
import { startSandbox, type Sandbox } from '../sandbox/sandbox.cts';
import { useFileStore } from './support/fileStore.cts';
import { fileScorer } from './support/scoreFile.cts';
import { firstValues } from './support/server.cts';
import { sharedServer } from './support/sharedServer.cts';

const server = sharedServer(firstValues);
const score = fileScorer(server, useFileStore());

let sandbox: Sandbox;
beforeAll(async () => {
	sandbox = await startSandbox();
});
afterAll(() => sandbox.close());

const parameters = { rows: 'schema', deployment: { __rl: true, mode: 'list', value: 'payments' } };

test('columns are found by their names and go out as the types of the schema', async () => {
	const credential = { hopsworksUrl: sandbox.url };
	const content = 'note,budget,cc_num,amount,merchant_hint\nx,25.0,4641025220953702,10,a\ny,,4641025220953704,oops,a\n';
	const { text, summary } = await score(content, parameters, { credential });
	const [head, first, second] = text.split('\n');
	expect(head).toBe('note,budget,cc_num,amount,merchant_hint,prediction,error');
	expect(first).toBe('x,25.0,4641025220953702,10,a,0,');
	expect(second).toMatch(/^y,,4641025220953704,oops,a,,.*'amount'/);
	expect(summary).toMatchObject({ rows: 2, scored: 1, failed: 1 });
	await score(
		content,
		{ ...parameters, options: { keepColumns: 'none' } },
		{ credential: { ...credential, servingUrl: server.url } },
	);
	expect(server.requests[0]?.text).toBe(
		'{"instances":[{"cc_num":"4641025220953702","amount":10,"budget":25.0,"merchant_hint":"a"}]}',
	);
});

test('a column that the schema needs and the file lacks is told before anything is sent', async () => {
	const { error } = await score('cc_num,amount,merchant_hint\n1,2,a\n', parameters, {
		credential: { hopsworksUrl: sandbox.url, servingUrl: server.url },
	});
	expect(error?.message).toBe("The file has no column 'budget'");
	expect(server.requests).toHaveLength(0);
});

test('as JSON Lines, a line may leave out what the schema does', async () => {
	const line = '{"cc_num":4641025220953702,"amount":10,"budget":25,"merchant_hint":"a"}\n{"cc_num":1}\n';
	const { text } = await score(
		line,
		{ ...parameters, fileName: 'rows.jsonl' },
		{ credential: { hopsworksUrl: sandbox.url } },
	);
	expect(text.split('\n')[0]).toContain('"prediction":0}');
	expect(text.split('\n')[1]).toContain("lacks the columns 'amount', 'budget', 'merchant_hint'");
});
