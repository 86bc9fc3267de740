/** Whatever a server answers: the readers give a value or a failure in words, never an exception, and keep nothing. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { isInteger, isSafeNumber, parse } from 'lossless-json';
import { readClassification, type Classification } from '../../nodes/core/language/classification';
import { askedOfClassifier } from '../../nodes/core/language/classificationMeaning';
import { readAnswer, readReply, type AnswerReading } from '../../nodes/core/language/chatAnswer';
import type { AnswerFormat } from '../../nodes/core/language/expected';
import { chatStreamReader } from '../../nodes/core/language/chatStream';
import { askedOfLanguageModel } from '../../nodes/core/language/languageMeaning';
import { readEmbeddings } from '../../nodes/core/language/embeddings';
import { readRelevances } from '../../nodes/core/language/reranking';
import { readErrorReply } from '../../nodes/core/failure/errorReply';
import { parseGiven, parseReply } from '../../nodes/core/json/json';
import type { Outcome } from '../../nodes/core/failure/outcome';
import { PredictionReader } from '../../nodes/core/predict/predictionReader';
import { CHAT_PANEL, EMBED_PANEL, PREDICT_PANEL } from '../../nodes/core/failure/panel';
import { statusFailure } from '../../nodes/core/failure/statusFailure';
import { isJsonText } from '../support/json.cts';
import { bodies } from './bodies.cts';
import { replyOf } from '../../nodes/core/json/reply';

/** Bodies in one run; `npm run test:faults` takes more. */
const CASES = Number(process.env.FUZZ_CASES ?? 10_000);

/** A schema that looks into every value, over and over. */
const BY_SCHEMA: AnswerFormat = {
	type: 'jsonSchema',
	schema: {
		anyOf: [
			{ type: ['string', 'boolean', 'null'], enum: ['toString', null] },
			{ type: 'array', items: { $ref: '#' } },
			{ type: 'object', required: ['error'], additionalProperties: { $ref: '#' } },
			{ type: 'object', properties: { error: { type: 'object' } }, additionalProperties: { oneOf: [{ $ref: '#' }] } },
		],
	},
};
const FORMATS: AnswerFormat[] = [{ type: 'text' }, { type: 'json' }, BY_SCHEMA];
const goOn = async (): Promise<void> => {};
const reading = (format: AnswerFormat): AnswerReading => ({
	format,
	tools: new Map([['f', { type: 'object', properties: { x: { type: 'integer' } } }]]),
	newId: () => 'new',
	giveWay: goOn,
});

function expectInWords(outcome: Outcome<unknown>): void {
	if (outcome.ok) return;
	const { message, description } = outcome.failure;
	if (message === '' || /[\r\n]/.test(message) || message.length > 1000) throw new Error(`bad message: ${message}`);
	if (!description.endsWith('.')) throw new Error(`bad description: ${description}`);
}

/** What an exact reader of JSON makes of a text, the last of two members with one name; undefined where it is not JSON. */
function exactly(text: string): unknown {
	try {
		return parse(text, undefined, {
			parseNumber: (digits) => (isInteger(digits) && !isSafeNumber(digits) ? digits : Number(digits)),
			onDuplicateKey: ({ newValue }) => newValue,
		});
	} catch {
		return undefined;
	}
}

const collectGarbage = (): void => {
	setFlagsFromString('--expose-gc');
	const collect: unknown = runInNewContext('gc');
	if (typeof collect === 'function') Reflect.apply(collect, undefined, []);
};

const SETTINGS = ['stop', 'temperature', 'dimensions', 'response_format', 'max_tokens'].map((field) => ({
	field,
	value: 1,
	label: field,
}));
const ASKED = [
	{ panel: PREDICT_PANEL },
	...[CHAT_PANEL, EMBED_PANEL].map((panel) => askedOfLanguageModel(panel, SETTINGS)),
	askedOfClassifier(SETTINGS),
];

const CATEGORIES = ['yes', 'no', 'maybe'].map((name) => ({ name, description: '' }));

/** What a classification has to be, whatever it was read from. */
function expectProbabilities(outcome: Outcome<Classification>): void {
	expectInWords(outcome);
	if (!outcome.ok) return;
	const { category, confidence, probabilities } = outcome.value;
	const shares = Object.values(probabilities);
	const total = shares.reduce((sum, share) => sum + share, 0);
	const isRight = Math.abs(total - 1) < 1e-9 && shares.every((share) => share >= 0 && share <= confidence);
	if (!isRight || probabilities[category] !== confidence) throw new Error(JSON.stringify(outcome.value));
}

test(`${CASES} random and mutated bodies`, async () => {
	let isWarm = false;
	let heapAtFirst = 0;
	let seen = 0;
	const check = async (body: string, rows: number, status: number): Promise<void> => {
		for (const format of ['values', 'columnar'] as const) {
			const reader = new PredictionReader({ isExamples: false, isColumnar: format === 'columnar' }, goOn);
			const items = Array.from({ length: rows }, (_, item) => item);
			// The first row alone is answered in the same way.
			const read = await reader.read(replyOf(body), items, async () => ({ ok: true, value: replyOf(body) }));
			expectInWords(read);
			if (read.ok && read.value.length !== rows) throw new Error('another number of predictions than rows');
		}
		for (const asked of ASKED) expectInWords({ ok: false, failure: statusFailure(status, replyOf(body), asked) });
		const reply = readReply(replyOf(body));
		expectInWords(reply);
		for (const format of FORMATS) {
			expectInWords(reply.ok ? await readAnswer(reply.value, reading(format)) : reply);
		}
		expectInWords(await readAnswer({ choices: [{ message: { content: body } }] }, reading(BY_SCHEMA)));
		expectProbabilities(reply.ok ? await readClassification(reply.value, CATEGORIES, goOn) : reply);
		expectInWords(await readEmbeddings(replyOf(body), rows, goOn));
		expectInWords(await readRelevances(replyOf(body), rows, goOn));
		const stream = chatStreamReader();
		for (const { type, data } of [...stream.push(`data: ${body}\n\n`), ...stream.end()])
			expectInWords(stream.read(type, replyOf(data)));
		expectInWords(stream.whole());
		readErrorReply(500, replyOf(body));
		parseGiven(body);
		if (++seen > CASES / 5 && !isWarm) {
			isWarm = true;
			collectGarbage();
			heapAtFirst = process.memoryUsage().heapUsed;
		}
	};
	const statuses = fc.constantFrom(400, 404, 413, 422, 429, 500, 503);
	await fc.assert(fc.asyncProperty(bodies, fc.integer({ min: 1, max: 4 }), statuses, check), { numRuns: CASES });
	collectGarbage();
	const growth = (process.memoryUsage().heapUsed - heapAtFirst) / 1024 / 1024;
	expect(growth).toBeLessThan(20);
}, 600_000);

test('likelihoods of any kind make probabilities, or a failure', async () => {
	const logprob = fc.oneof(
		{ weight: 4, arbitrary: fc.double({ max: 0, min: -40, noNaN: true }) },
		fc.constantFrom(0, -9999, Math.log(0.5), Math.log(0.25), 5, 800, null, 'x'),
	);
	const entry = fc.record({ token: fc.constantFrom('A', 'A', 'B', 'B', 'C', ' A', 'D', '', null), logprob });
	const content = fc.constantFrom('A', 'B', 'C', ' A', 'D', '', null);
	let classified = 0;
	await fc.assert(
		fc.asyncProperty(content, fc.array(entry, { maxLength: 6 }), async (text, top) => {
			const logprobs = { content: [{ token: text, logprob: 0, top_logprobs: top }] };
			const reply = { choices: [{ message: { content: text }, logprobs }] };
			const outcome = await readClassification(reply, CATEGORIES, goOn);
			if (outcome.ok) classified++;
			expectProbabilities(outcome);
		}),
		{ numRuns: CASES },
	);
	expect(classified).toBeGreaterThan(CASES / 1000);
});

test('JSON is read as an exact reader reads it', () => {
	fc.assert(
		fc.property(bodies, (body) => {
			if (!isJsonText(body)) return;
			expect(parseReply(body)).toEqual(exactly(body));
		}),
		{ numRuns: CASES / 10, examples: [['{"a":"x","a":null}'], ['{"a":1,"a":12345678901234567890}']] },
	);
});
