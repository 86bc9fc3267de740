/** What becomes of a prediction: lists of one value, names of classes, a threshold, and fields of their own. */
import type { IDataObject, INodeParameters } from 'n8n-workflow';
import { readClasses } from '../nodes/core/predict/classAnswer';
import { Turns } from '../nodes/core/turns';
import { API_KEY, runModel, type RunOptions, type RunResult } from './support/engine.cts';
import { listOf } from './support/json.cts';
import { processorTime } from './support/processorTime.cts';
import { rowsOf, type Recorded, type Reply } from './support/server.cts';
import { sharedServer } from './support/sharedServer.cts';

const firstOf = (row: unknown): unknown => listOf(row)[0];

/** A model whose prediction is what its row says. */
function asTold(request: Recorded): Reply {
	return { body: { predictions: rowsOf(request).map(firstOf) } };
}

const server = sharedServer(asTold);

const CONTINUE = { onError: 'continueErrorOutput' } satisfies RunOptions['settings'];

/** Has the model answer with these predictions, a row each. */
function predict(
	answers: unknown[],
	options: INodeParameters = {},
	more: Partial<RunOptions> = {},
): Promise<RunResult> {
	const { parameters, ...rest } = more;
	return runModel({
		items: answers.map((answer, id) => ({ json: { id, answer: JSON.stringify(answer) } })),
		settings: CONTINUE,
		...rest,
		credential: { servingUrl: server.url },
		parameters: {
			operation: 'predict',
			deployment: { __rl: true, mode: 'name', value: 'fraud' },
			rows: 'json',
			rowJson: '=[{{ $json.answer }}]',
			includeInputFields: false,
			...parameters,
			options: { maxRetryWait: 0.01, ...options },
		},
	});
}

const jsons = ({ success }: RunResult): IDataObject[] => success.map(({ json }) => json);
const predictions = (run: RunResult): unknown[] => jsons(run).map(({ prediction }) => prediction);
const errors = ({ failed }: RunResult): unknown[] => failed.map(({ json }) => json.error);

describe('lists of one value', () => {
	test.each<[string, unknown[], unknown[]]>([
		['come out as the value', [[0.93], [0.1]], [0.93, 0.1]],
		['in one another too', [[[0.93]], [0.1], [[[7]]]], [0.93, 0.1, 7]],
		['of any kind', [['fraud'], [null], [{ a: 1 }], [true]], ['fraud', null, { a: 1 }, true]],
		['beside bare values', [[1], 2], [1, 2]],
		['stay where a row has several', [[1], [2, 3], [4]], [[1], [2, 3], [4]]],
		['stay where a row has none', [[1], []], [[1], []]],
		['stay where there are several within', [[1], [[2, 3]]], [[1], [[2, 3]]]],
	])('%s', async (_name, answers, expected) => {
		expect(predictions(await predict(answers))).toEqual(expected);
	});

	test('have one form in a run, whichever reply shows that they are lists', async () => {
		const answers = [...Array.from({ length: 20 }, (_, id) => [id]), [20, 21], [22]];
		for (const concurrency of [1, 8]) {
			const run = await predict(answers, { rowsPerRequest: 3, concurrency });
			expect(predictions(run)).toEqual(answers);
		}
	});

	test('of a recommender that is asked row by row stay lists', async () => {
		server.answer = (request) => {
			return { body: { predictions: rowsOf(request).map(firstOf)[0] } };
		};
		const answers = [[1], [2], [3, 4], [5], []];
		expect(predictions(await predict(answers, { rowsPerRequest: 1, concurrency: 1 }))).toEqual(answers);
	});

	test('that came out of their lists are taken back where their rows are asked again', async () => {
		// Ranks two articles for the first row of a request, however many there are.
		server.answer = (request) => {
			const [row] = rowsOf(request);
			return { body: { predictions: [[row], ['second']] } };
		};
		const answers = ['a', 'b', 'c'];
		const run = await predict(answers, { rowsPerRequest: 2, concurrency: 1 });
		expect(predictions(run)).toEqual(answers.map((answer) => [[[answer]], ['second']]));
	});

	test('are those of the last reply, where a row is asked again and only then a list shows', async () => {
		server.answer = (request) => {
			const rows = rowsOf(request).map(firstOf);
			const alone = rows[0] === 0 ? [1, 2] : [rows[0]];
			return { body: { predictions: rows.length === 1 ? [alone] : [[9], [9], [9]] } };
		};
		const run = await predict([0, 1, 2, 3, 4], { rowsPerRequest: 3, concurrency: 1 });
		expect(predictions(run)).toEqual([[1, 2], [1], [2], [3], [4]]);
	});

	test('are told apart by deployment', async () => {
		const items = [[1], [2, 3], [4], [5]].map((answer, id) => ({ json: { id, answer: JSON.stringify(answer) } }));
		const deployment = { __rl: true, mode: 'name', value: '={{ $json.id < 2 ? "lists" : "values" }}' };
		expect(predictions(await predict([], {}, { items, parameters: { deployment } }))).toEqual([[1], [2, 3], 4, 5]);
	});

	test('stay where the option is off, which an expression may be for each item', async () => {
		expect(predictions(await predict([[1], [2]], { unwrap: false }))).toEqual([[1], [2]]);
		expect(predictions(await predict([[1], [2]], { unwrap: '={{ $json.id === 1 }}' }))).toEqual([[1], 2]);
	});

	test('are left alone in whole replies', async () => {
		expect(predictions(await predict([[1]], { response: 'raw' }))).toEqual([{ predictions: [[1]] }]);
		const body = { rows: 'body', bodyJson: '={{ ({ instances: [[1]] }) }}' };
		expect(predictions(await predict([[1]], {}, { parameters: body }))).toEqual([{ predictions: [1] }]);
	});

	test('of 10,000 items come out as fast as bare values', async () => {
		const many = Array.from({ length: 10_000 }, (_, id) => [id]);
		const run = await predict(
			many,
			{},
			{ parameters: { rows: 'columns', columns: 'wrapped' }, items: many.map((wrapped) => ({ json: { wrapped } })) },
		);
		expect(predictions(run)).toEqual(many.map(([id]) => id));
		const bare = await predict(
			many,
			{},
			{ parameters: { rows: 'columns', columns: 'id' }, items: many.map(([id]) => ({ json: { id } })) },
		);
		expect(run.executionTime).toBeLessThan(3 * bare.executionTime + 500);
	});

	test('are put back in turns, as there may be a million of them', async () => {
		const next = jest.spyOn(Turns.prototype, 'next');
		let asked = 0;
		// As if every second row took its time.
		const isOver = jest.spyOn(Turns.prototype, 'isOver').mockImplementation(() => ++asked % 2 === 0);
		const turns: number[] = [];
		for (const unwrap of [false, true]) {
			next.mockClear();
			await predict([...Array.from({ length: 99 }, () => [1]), [1, 2]], { unwrap });
			turns.push(next.mock.calls.length);
		}
		isOver.mockRestore();
		next.mockRestore();
		const [without = 0, with99PutBack = 0] = turns;
		expect(with99PutBack - without).toBeGreaterThan(45);
	});
});

describe('names of classes', () => {
	const names = 'genuine, fraud, unclear';
	const probabilities = (genuine: number, fraud: number, unclear: number) => ({ genuine, fraud, unclear });

	test.each<[string, unknown, unknown]>([
		[
			'the most probable one',
			[0.1, 0.7, 0.2],
			{ label: 'fraud', probability: 0.7, probabilities: probabilities(0.1, 0.7, 0.2) },
		],
		[
			'the first of several that are as probable',
			[0.2, 0.4, 0.4],
			{ label: 'fraud', probability: 0.4, probabilities: probabilities(0.2, 0.4, 0.4) },
		],
		['a list within a list', [[0, 0, 1]], { label: 'unclear', probability: 1, probabilities: probabilities(0, 0, 1) }],
		[
			'what single precision makes of 1',
			[0, 0, 1.0000001],
			{ label: 'unclear', probability: 1.0000001, probabilities: probabilities(0, 0, 1.0000001) },
		],
		['the number of a class', 2, { label: 'unclear' }],
		['the number of a class in a list', [0], { label: 'genuine' }],
	])('%s', async (_name, answer, expected) => {
		expect(predictions(await predict([answer], { classNames: names }))).toEqual([expected]);
	});

	test.each<[string, unknown, string]>([
		['another number of values', [0.5, 0.5], 'The prediction has 2 values for 3 classes'],
		['no value at all', [], 'The prediction has 0 values for 3 classes'],
		['no number', [0.1, null, 0.9], 'The prediction holds null, which is not a probability'],
		['a score', [0.1, 3.5, 0.9], 'The prediction holds 3.5, which is not a probability'],
		['a number of no class', 3, 'The prediction 3 is not the number of a class'],
		['a number below', -1, 'The prediction -1 is not the number of a class'],
		['a probability without a threshold', 0.93, 'The prediction 0.93 is not the number of a class'],
		['a text', 'fraud', 'The prediction is "fraud", which is neither a number nor a list of numbers'],
		['an object', { length: 3 }, 'The prediction is {"length":3}, which is neither'],
	])('%s fails that row alone, which is shown as it was sent', async (_name, answer, message) => {
		const run = await predict([[0, 1, 0], answer, 1], { classNames: names });
		expect(predictions(run)).toMatchObject([{ label: 'fraud' }, { label: 'fraud' }]);
		expect(errors(run)).toEqual([expect.stringContaining(message)]);
		expect(server.requests).toHaveLength(1);
		const stopped = await predict([answer], { classNames: names }, { settings: {} });
		expect(stopped.error?.description).toContain(
			`The row was sent under 'inputs' ('Rows Sent Under' in the options) as: [${JSON.stringify(answer)}].`,
		);
		expect(JSON.stringify(stopped)).not.toContain(API_KEY);
	});

	test('a number that may be a probability is pointed to the threshold', async () => {
		const { error } = await predict([0.93], { classNames: 'a, b' }, { settings: {} });
		expect(error?.description).toContain(
			"'Class Names' has 2 names, for the numbers 0 to 1. If it is a probability, set 'Threshold' in the options.",
		);
	});

	test('a list of one stays one where it is not to be unwrapped', async () => {
		expect(errors(await predict([[1]], { classNames: 'a, b', unwrap: false }))).toEqual([
			expect.stringContaining('has 1 value for 2 classes'),
		]);
	});

	test.each<[string, INodeParameters['x'], string[]]>([
		['with commas', 'no, "yes, surely"', ['no', 'yes, surely']],
		['in lines', 'no\nmay be', ['no', 'may be']],
		['in lines with commas', 'no,\n\n"may be",\n', ['no', 'may be']],
		['with semicolons', 'no; yes', ['no', 'yes']],
		['as a list of Python', "['no', 'yes']", ['no', 'yes']],
		['as a list that an expression returns', '={{ ["no", 1] }}', ['no', '1']],
		['with brackets that belong to them', 'age [0-30], age [31-]', ['age [0-30]', 'age [31-]']],
	])('are read %s', async (_name, classNames, labels) => {
		expect(predictions(await predict([0, 1], { classNames }))).toEqual(labels.map((label) => ({ label })));
	});

	test('may be many', () => {
		const many = Array.from({ length: 50_000 }, (_, index) => `class ${index}`);
		const began = processorTime();
		expect(readClasses([...many, 'class 7'], undefined)).toMatchObject({
			failure: { message: `'Class Names' has "class 7" twice` },
		});
		expect(processorTime() - began).toBeLessThan(500);
	});

	test('may be others for each item', async () => {
		const options = { classNames: '={{ $json.id === 0 ? "a, b" : "c, d, e" }}' };
		expect(predictions(await predict([1, 2], options))).toEqual([{ label: 'b' }, { label: 'e' }]);
	});

	test.each<[string, INodeParameters, string]>([
		['one name', { classNames: 'fraud' }, `'Class Names' has one name, "fraud"`],
		['a name twice', { classNames: 'a, b, a' }, `'Class Names' has "a" twice`],
		['an object', { classNames: '={{ ({ a: 1 }) }}' }, `'Class Names' is {"a":1}`],
		['a place without a name', { classNames: 'a, , b' }, `'Class Names' is "a, , b"`],
		['an empty place at the beginning', { classNames: ', a, b' }, `'Class Names' is ", a, b"`],
		['an empty name', { classNames: '["a", "", "b"]' }, `'Class Names' is`],
		['a list of more than names', { classNames: '={{ ["a", null] }}' }, `'Class Names' is ["a",null]`],
		['a name that no item can hold', { classNames: 'a, __proto__' }, "'Class Names' has '__proto__'"],
		[
			'three names and a threshold',
			{ classNames: 'a, b, c', threshold: 0.5 },
			"'Threshold' decides between two classes, and 'Class Names' has 3",
		],
		['a threshold beyond 1', { threshold: 50 }, "'Threshold' is 50"],
	])('%s fails before anything is sent', async (_name, options, message) => {
		const { error } = await predict([1], options, { settings: {} });
		expect(error?.message).toContain(message);
		expect(server.requests).toEqual([]);
	});

	test('a model whose replies are lists of several rows alone is read by them too', async () => {
		server.answer = (request) => {
			return { body: { predictions: rowsOf(request).map(firstOf)[0] } };
		};
		const run = await predict([[1], [0.2, 0.8], [7]], { classNames: 'a, b', rowsPerRequest: 1, concurrency: 1 });
		expect(predictions(run)).toMatchObject([{ label: 'b' }, { label: 'b' }]);
		expect(errors(run)).toEqual([expect.stringContaining('The prediction 7 is not the number of a class')]);
	});
});

describe('a threshold', () => {
	const two = { ok: 0.7, fraud: 0.3 };

	test.each<[string, unknown, INodeParameters, unknown]>([
		['makes true of what reaches it', 0.5, { threshold: 0.5 }, { label: true, probability: 0.5 }],
		['and false of what does not', [[0.49]], { threshold: 0.5 }, { label: false, probability: 0.49 }],
		['of two classes looks at the last', [0.2, 0.8], { threshold: 0.9 }, { label: false, probability: 0.8 }],
		[
			'names the second class',
			0.3,
			{ threshold: 0.3, classNames: 'ok, fraud' },
			{ label: 'fraud', probability: 0.3, probabilities: two },
		],
		[
			'or the first',
			0.3,
			{ threshold: 0.31, classNames: 'ok, fraud' },
			{ label: 'ok', probability: 0.7, probabilities: two },
		],
		[
			'from a list of both',
			[0.7, 0.3],
			{ threshold: 0.2, classNames: 'ok, fraud' },
			{ label: 'fraud', probability: 0.3, probabilities: two },
		],
		['of 0 takes all', 0, { threshold: 0 }, { label: true, probability: 0 }],
		[
			'leaves no digits that only a subtraction makes',
			0.93,
			{ threshold: 0.5, classNames: 'ok, fraud' },
			{ label: 'fraud', probability: 0.93, probabilities: { ok: 0.07, fraud: 0.93 } },
		],
	])('%s', async (_name, answer, options, expected) => {
		expect(predictions(await predict([answer], options))).toEqual([expected]);
	});

	test.each<[string, unknown, string]>([
		['a percentage', 93, 'The prediction holds 93, which is not a probability'],
		['a score below 0', -0.2, 'The prediction holds -0.2, which is not a probability'],
		['three values', [0.1, 0.2, 0.7], 'The prediction has 3 values for 2 classes'],
		['a text', '0.9', 'The prediction is "0.9", which is neither'],
		['nothing', null, 'The prediction is null, which is neither'],
	])('fails a row with %s', async (_name, answer, message) => {
		const run = await predict([answer, 0.6], { threshold: 0.5 });
		expect(errors(run)).toEqual([expect.stringContaining(message)]);
		expect(predictions(run)).toEqual([{ label: true, probability: 0.6 }]);
	});
});

describe('spread', () => {
	test('the members of an object are fields of their own, and what is none stays in the output field', async () => {
		const run = await predict([{ label: 'a', error: 'x', deep: { b: 1 } }, 0.5, [1, 2], {}], { spread: true });
		expect(jsons(run)).toEqual([
			{ prediction_label: 'a', prediction_error: 'x', prediction_deep: { b: 1 } },
			{ prediction: 0.5 },
			{ prediction: [1, 2] },
			{ prediction: {} },
		]);
	});

	test('leaves whole replies alone, also where an expression asks for them', async () => {
		const options = { response: '={{ "raw" }}', spread: true, classNames: 'one' };
		expect(jsons(await predict([[1]], options))).toEqual([{ prediction: { predictions: [[1]] } }]);
	});

	test('goes with names, a threshold, metadata, unwrapping and a field of another name', async () => {
		const options = {
			spread: true,
			threshold: 0.5,
			classNames: 'ok, fraud',
			outputField: 'risk',
			includeMetadata: true,
		};
		expect(jsons(await predict([[0.75]], options))).toEqual([
			{
				risk_label: 'fraud',
				risk_probability: 0.75,
				risk_probabilities: { ok: 0.25, fraud: 0.75 },
				riskMetadata: expect.objectContaining({ attempts: 1 }),
			},
		]);
		expect(jsons(await predict([[{ a: 1 }], [{ a: 2 }]], { spread: true }))).toEqual([
			{ prediction_a: 1 },
			{ prediction_a: 2 },
		]);
	});

	test('says once which incoming fields it overwrote', async () => {
		const items = [1, 2].map((id) => ({ json: { prediction_a: id, prediction_b: id, answer: '{"a": 8, "b": 9}' } }));
		const parameters = { includeInputFields: true };
		const run = await predict([], { spread: true }, { items, parameters });
		expect(jsons(run)).toMatchObject([{ prediction_a: 8 }, { prediction_a: 8 }]);
		expect(run.hints.map(({ message }) => message)).toEqual([
			"2 items, 1 request. Incoming fields that begin with 'prediction_' were overwritten. To keep both, set 'Output Field' in the options of this node, or of the one that made that field, to another name",
		]);
		const none = await predict([], { spread: true, outputField: 'other' }, { items, parameters });
		expect(none.hints).toEqual([]);
	});

	test('makes no field that an item cannot hold', async () => {
		const answer = '[{"proto__": {"polluted": true}}]';
		const run = await predict([], { spread: true, outputField: '_' }, { items: [{ json: { answer } }] });
		expect(jsons(run)).toEqual([{ _: { proto__: { polluted: true } } }]);
	});
});
