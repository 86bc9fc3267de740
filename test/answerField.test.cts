/** Where an answer goes in an item: the field by which it is named, and what becomes of one that is there already. */
import type { INodeParameters } from 'n8n-workflow';
import { runModel } from './support/engine.cts';
import { firstValues, rowsOf, type Recorded, type Reply } from './support/server.cts';
import { sharedServer } from './support/sharedServer.cts';

/** Answers predictions, embeddings, rankings and chats. */
function answer(request: Recorded): Reply {
	if (request.path.endsWith('/embeddings')) {
		const texts = request.text.match(/"text \d+"/g) ?? [];
		return { body: { data: texts.map((_, index) => ({ index, embedding: [index] })) } };
	}
	if (request.path.endsWith('/rerank')) {
		const texts = request.text.match(/"text \d+"/g) ?? [];
		return { body: { results: texts.map((_, index) => ({ index, relevance_score: index + 1 })) } };
	}
	if (!request.path.endsWith('/chat/completions')) return firstValues(request);
	return { body: { choices: [{ message: { content: 'Hello' }, finish_reason: 'stop' }] } };
}

const server = sharedServer(answer);

const OPERATIONS: Array<[string, INodeParameters, string]> = [
	['predict', { columns: 'id' }, 'prediction'],
	['embed', { text: '={{ $json.text }}' }, 'embedding'],
	['rerank', { query: 'x', text: '={{ $json.text }}' }, 'relevance'],
	['chat', { prompt: '={{ $json.text }}' }, 'answer'],
];

function run(operation: string, parameters: INodeParameters, options: INodeParameters, extra = {}, count = 2) {
	return runModel({
		rows: Array.from({ length: count }, (_, index) => index + 1).map((id) => ({
			id,
			text: `text ${id}`,
			name: `out ${id}`,
			...extra,
		})),
		credential: { servingUrl: server.url },
		parameters: {
			operation,
			deployment: { __rl: true, mode: 'name', value: 'fraud' },
			includeInputFields: true,
			...parameters,
			options,
		},
	});
}

describe.each(OPERATIONS)('%s', (operation, parameters, field) => {
	test('an incoming field of that name is overwritten, and the run says what to set', async () => {
		const { success, hints } = await run(operation, parameters, {}, { [field]: 'from before' });
		expect(success.map(({ json }) => json[field])).not.toContain('from before');
		expect(hints.map(({ message }) => message)).toEqual([
			expect.stringContaining(
				`The incoming field '${field}' was overwritten. To keep both, set 'Output Field' in the options of this node, or of the one that made that field, to another name`,
			),
		]);
	});

	test('of many names a few are said', async () => {
		const many = Object.fromEntries(Array.from({ length: 100 }, (_, id) => [`f${id}`, 0]));
		const options = { outputField: '={{ "f" + ($json.id - 1) }}' };
		const { success, hints } = await run(operation, parameters, options, many, 100);
		expect(success.filter(({ json }, id) => json[`f${id}`] === 0)).toEqual([]);
		const said = hints.map(({ message }) => message).join();
		// Whichever are answered first.
		expect(said.match(/The incoming field 'f\d+' was overwritten/g)).toHaveLength(5);
		expect(said).toMatch(/Further incoming fields were overwritten, too$/);
	});

	test('without one of that name nothing is said', async () => {
		expect((await run(operation, parameters, {})).hints).toEqual([]);
	});

	test('by an expression each item has a field of its own', async () => {
		const { success } = await run(operation, parameters, { outputField: '={{ $json.name }}' });
		const named = success.map(({ json }) => Object.keys(json).filter((name) => /^out \d$/.test(name)));
		expect(named).toEqual([['out 1'], ['out 2']]);
	});

	test('an expression without a name fails before anything is sent', async () => {
		const { error } = await run(operation, parameters, { outputField: '={{ $json.id === 2 ? "" : "x" }}' });
		expect(error?.message).toBe("'Output Field' is empty");
		expect(error?.context).toMatchObject({ itemIndex: 1 });
		expect(server.requests).toEqual([]);
	});

	test('__proto__ is no name', async () => {
		const { error } = await run(operation, parameters, { outputField: '__proto__' });
		expect(error?.message).toBe("'Output Field' is '__proto__', which no item can hold");
	});
});

test('metadata that overwrites a field says so too', async () => {
	const { hints } = await run('predict', { columns: 'id' }, { includeMetadata: true }, { predictionMetadata: 'kept?' });
	expect(hints[0]?.message).toContain("The incoming field 'predictionMetadata' was overwritten");
});

test('details of an answer that overwrite a field say so too', async () => {
	const { success, hints } = await run('chat', { prompt: 'Hi' }, {}, { answerDetails: 'from before' });
	expect(success[0]?.json.answerDetails).toEqual({ finishReason: 'stop' });
	expect(hints[0]?.message).toContain("The incoming field 'answerDetails' was overwritten");
});

test('the whole reply of a chat, whose field has no option, says what to do too', async () => {
	const { success, hints } = await run('chat', { prompt: 'Hi', simplify: false }, {}, { response: 'from before' });
	expect(success[0]?.json.response).toMatchObject({ choices: [{ finish_reason: 'stop' }] });
	expect(hints[0]?.message).toContain(
		"The incoming field 'response' was overwritten. To keep it, rename it before this node",
	);
});

test('items whose fields differ share a request', async () => {
	await run('predict', { columns: 'id' }, { outputField: '={{ $json.name }}' });
	expect(server.requests.map(rowsOf)).toEqual([[[1], [2]]]);
});
