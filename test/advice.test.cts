/** What a user is told to do about a failure: it names only fields that are in the panel they have before them. */
import { connectionFailure, CUT_REPLY, timeoutFailure, tooLargeReply } from '../nodes/core/failure/connectionFailure';
import { readErrorReply } from '../nodes/core/failure/errorReply';
import type { Failure } from '../nodes/core/failure/outcome';
import {
	CHAT_MODEL_PANEL,
	CHAT_PANEL,
	CLASSIFY_PANEL,
	EMBED_PANEL,
	EMBEDDINGS_PANEL,
	PREDICT_PANEL,
	RERANK_PANEL,
	RERANKER_PANEL,
	REST_PANEL,
	type Asked,
	type Panel,
} from '../nodes/core/failure/panel';
import { waitTooLong } from '../nodes/core/failure/retry';
import { statusFailure } from '../nodes/core/failure/statusFailure';
import { restFailure } from '../nodes/core/hopsworks/restFailure';
import { replyOf } from '../nodes/core/json/reply';
import type { GivenSetting } from '../nodes/core/language/givenSettings';
import { askedOfClassifier } from '../nodes/core/language/classificationMeaning';
import { askedOfLanguageModel } from '../nodes/core/language/languageMeaning';
import documented from './fixtures/error-bodies.json';
import {
	chatModelLabels,
	credentialLabels,
	embeddingsLabels,
	labelsIn,
	operationLabels,
	rerankerLabels,
} from './support/labels.cts';
import { recorded } from './support/recorded.cts';

const WRONG_NAME = 'ERR_TLS_CERT_ALTNAME_INVALID';
const CODES = [
	...['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'ECONNRESET', 'EPIPE', CUT_REPLY, 'CERT_HAS_EXPIRED', WRONG_NAME],
	...['DEPTH_ZERO_SELF_SIGNED_CERT', 'SELF_SIGNED_CERT_IN_CHAIN', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'INVALID_CA'],
	...['UNABLE_TO_GET_ISSUER_CERT', 'CERT_SIGNATURE_FAILURE', 'CERT_NOT_YET_VALID', 'CERT_REVOKED', 'UNSPECIFIED'],
	...['ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED'],
	...['Z_DATA_ERROR', 'SsrfBlockedIpError', 'EPROTO', 'HPE_INVALID_CONSTANT', 'OTHER', ''],
];

/** Wordings that no recording has: older vLLM, TGI, TEI, KServe, Ollama, llama.cpp, OpenAI. */
const WORDS = [
	'The prompt (total length 5000) is too long to fit into the model (context length 4096)',
	"Input length (300) exceeds model's maximum context length (128)",
	'Input validation error: `inputs` must have less than 1024 tokens. Given: 2000',
	'max_tokens must be at least 1, got 0. (parameter=max_tokens, value=0)',
	'"auto" tool choice requires --enable-auto-tool-choice and --tool-call-parser to be set',
	'The model does not support Chat Completions API',
	'This model does not support embedding',
	'model "llama" not found, try pulling it first',
	'At most 1 image(s) may be provided in one prompt.',
	'Conversation roles must alternate user/assistant/user/assistant/...',
	'default chat template is no longer allowed, so you must provide a chat template',
	'The engine is currently busy and cannot accept new requests.',
	'CUDA out of memory',
	'connection refused',
	'temperature must be in [0, 2], got 3.0.',
	'',
];

const STATUSES = [
	...[300, 400, 401, 402, 403, 404, 405, 407, 408, 409, 413, 415, 422, 426, 429, 431, 499],
	...[500, 501, 502, 503, 504, 511, 599],
];

/** What every one of them may answer. */
const replies = [
	...documented.map(({ status, body }) => ({ status, body })),
	...recorded.map(({ status, body }) => ({ status, body })),
	...STATUSES.flatMap((status) => [
		{ status, body: '<html>no</html>' },
		{ status, body: '{"detail":"Not Found"}' },
		...WORDS.map((message) => ({ status, body: JSON.stringify({ error: { message, type: 'X', param: null } }) })),
	]),
].filter(({ status }) => status >= 300);

const setting = (field: string, label?: string): GivenSetting => ({ field, value: 1, ...(label && { label }) });
const EXTRA = ['top_logprobs', 'input_type', 'n', 'logprobs'].map((name) => setting(name, 'Extra Fields (JSON)'));
const SERVER_SETTINGS = [setting('dimensions', 'Dimensions'), setting('encoding_format', 'Encoding'), ...EXTRA];
const MODEL_SETTINGS = [
	...[
		setting('temperature', 'Temperature'),
		setting('max_tokens', 'Maximum Number of Tokens'),
		setting('top_p', 'Top P'),
	],
	...[setting('stop', 'Stop Sequences'), setting('seed', 'Seed'), setting('response_format', 'JSON Schema')],
	...[setting('frequency_penalty', 'Frequency Penalty'), setting('presence_penalty', 'Presence Penalty'), ...EXTRA],
];
const TOOL_SETTINGS = [setting('tools', 'Tools (JSON)'), setting('tool_choice', 'Tool Choice')];
const AGENT_SETTINGS = [setting('tools'), setting('max_tokens'), setting('stop'), setting('temperature')];

interface Asking {
	panel: Panel;
	labels: Set<string>;
	/** With options and without. */
	asked: Asked[];
}

const asking = (panel: Panel, labels: Set<string>, ...settings: GivenSetting[][]): Asking => ({
	panel,
	labels,
	asked: [[], ...settings].map((given) => askedOfLanguageModel(panel, given)),
});
const askings: Array<[string, Asking]> = [
	['Predict', { panel: PREDICT_PANEL, labels: operationLabels('predict'), asked: [{ panel: PREDICT_PANEL }] }],
	['Predict File', { panel: PREDICT_PANEL, labels: operationLabels('predictFile'), asked: [{ panel: PREDICT_PANEL }] }],
	['Chat', asking(CHAT_PANEL, operationLabels('chat'), MODEL_SETTINGS, [...MODEL_SETTINGS, ...TOOL_SETTINGS])],
	[
		'Classify',
		{ panel: CLASSIFY_PANEL, labels: operationLabels('classify'), asked: [[], EXTRA].map(askedOfClassifier) },
	],
	['Embed', asking(EMBED_PANEL, operationLabels('embed'), SERVER_SETTINGS)],
	['Rerank', asking(RERANK_PANEL, operationLabels('rerank'), EXTRA)],
	['Embeddings', asking(EMBEDDINGS_PANEL, embeddingsLabels, SERVER_SETTINGS)],
	['Reranker', asking(RERANKER_PANEL, rerankerLabels, EXTRA)],
	['Chat Model', asking(CHAT_MODEL_PANEL, chatModelLabels, MODEL_SETTINGS, [...MODEL_SETTINGS, ...AGENT_SETTINGS])],
];

/** Every failure without a reply, or with one that is too large. */
function unanswered(panel: Panel): Failure[] {
	return [
		...CODES.flatMap((code) =>
			['http://h', 'https://h'].flatMap((origin) => [
				connectionFailure(origin, code, '', { panel }),
				connectionFailure(origin, code, '', { hasAuthority: true, panel }),
				connectionFailure(origin, code, '', { bytes: 1_000_000, panel }),
				...(panel === REST_PANEL ? [] : [connectionFailure(origin, code, '', { hostHeader: 'x', panel })]),
			]),
		),
		timeoutFailure(1, panel),
		tooLargeReply(1024 * 1024, panel),
	];
}

/** The labels that a failure names, in its own words. */
function named({ message, description }: Failure, serverWords: string): string[] {
	return labelsIn(`${serverWords === '' ? message : message.replace(serverWords, '')}\n${description}`);
}

describe('every field that an advice names in quotes is in the panel, or in the credential', () => {
	test.each(askings)('%s', (_name, { panel, labels, asked }) => {
		const all = [
			...asked.flatMap((one) =>
				replies.map(({ status, body }) => ({
					body,
					labels: named(statusFailure(status, replyOf(body), one), readErrorReply(status, replyOf(body)).text),
				})),
			),
			...unanswered(panel).map((failure) => ({ body: failure.code ?? failure.kind, labels: named(failure, '') })),
			{ body: 'Retry-After', labels: labelsIn(waitTooLong(9, 1, panel)) },
		];
		const strangers = all.flatMap(({ body, labels: own }) =>
			own.filter((label) => !labels.has(label) && !credentialLabels.has(label)).map((label) => `${label}: ${body}`),
		);
		expect(strangers).toEqual([]);
		expect(new Set(all.flatMap((one) => one.labels)).size).toBeGreaterThan(15);
	});

	test('Hopsworks itself', () => {
		const failures = [
			...replies.map(({ status, body }) => ({ failure: restFailure(status, replyOf(body)), status, body })),
			...unanswered(REST_PANEL).map((failure) => ({ failure, status: 0, body: '' })),
		];
		const labels = failures.flatMap(({ failure, status, body }) =>
			named(failure, readErrorReply(status, replyOf(body)).text),
		);
		expect(labels.filter((label) => !credentialLabels.has(label))).toEqual([]);
		expect(new Set(labels).size).toBeGreaterThan(3);
		expect(labelsIn(waitTooLong(9, 1, REST_PANEL))).toEqual([]);
		for (const { failure } of failures) expect(failure.description).not.toContain('The deployment did not');
	});

	test('the panels are told apart', () => {
		expect(operationLabels('embed').has('Maximum Number of Tokens')).toBe(false);
		expect(operationLabels('chat').has('Rows per Request')).toBe(false);
		expect(operationLabels('predict').has('Columns')).toBe(true);
		expect(chatModelLabels.has('Max Concurrent Requests')).toBe(false);
		expect(chatModelLabels.has('By URL')).toBe(true);
	});
});

test('nobody is told of another operation: neither of rows and columns, nor of prompts', () => {
	const ofDeployments = replies.filter(({ body }) => !body.includes('errorCode'));
	const told = (asked: Asked, words: RegExp): string[] => [
		...new Set(
			ofDeployments
				.map(({ status, body }) => statusFailure(status, replyOf(body), asked).description)
				.filter((description) => words.test(description)),
		),
	];
	const ofRows = /columns?\b|what the model was trained on/i;
	expect(told({ panel: PREDICT_PANEL }, ofRows)).not.toEqual([]);
	expect(told(askedOfLanguageModel(CHAT_PANEL, MODEL_SETTINGS), ofRows)).toEqual([]);
	expect(told(askedOfLanguageModel(CHAT_MODEL_PANEL, MODEL_SETTINGS), ofRows)).toEqual([]);
	for (const panel of [EMBED_PANEL, RERANK_PANEL, EMBEDDINGS_PANEL, RERANKER_PANEL]) {
		const asked = askedOfLanguageModel(panel, panel.asks === 'embeddings' ? SERVER_SETTINGS : EXTRA);
		expect(told(asked, /columns?\b|prompt\b|conversation|agent/i)).toEqual([]);
	}
	expect(told(askedOfClassifier(EXTRA), /columns?\b|what the model was trained on|conversation|agent/i)).toEqual([]);
	expect(told({ panel: PREDICT_PANEL }, /prompt\b|conversation|agent/i)).toEqual([]);
	expect(told(askedOfLanguageModel(CHAT_PANEL, MODEL_SETTINGS), /agent/i)).toEqual([]);
});

test('a certificate that is not for the Host header is told apart from one that is not trusted', () => {
	const panel = PREDICT_PANEL;
	expect(connectionFailure('h:1', WRONG_NAME, '', { hostHeader: 'x', panel }).message).toBe(
		'The certificate of h:1 is not for the host name x',
	);
	expect(connectionFailure('h:1', WRONG_NAME, '', { panel }).message).toBe(
		'The certificate of h:1 is for another host',
	);
	expect(connectionFailure('h:1', 'CERT_HAS_EXPIRED', '', { hostHeader: 'x', panel }).message).toBe(
		'The certificate of h:1 is not trusted: it, or that of its authority, has expired',
	);
});

test('a large request whose connection was closed may have been too much for the memory', () => {
	const advice = (code: string, bytes: number, panel = PREDICT_PANEL): string =>
		connectionFailure('https://h', code, '', { bytes, panel }).description;
	for (const code of ['ECONNRESET', 'EPIPE', CUT_REPLY]) {
		expect(advice(code, 1024 * 1024)).toContain('The request had 1,024 kilobytes: if the deployment ran out of memory');
		expect(advice(code, 1024 * 1024)).toContain("'Rows per Request'");
		expect(advice(code, 1024 * 1024, CHAT_PANEL)).toContain('a shorter conversation');
		expect(advice(code, 1024)).not.toContain('kilobyte');
	}
});
