import { HopsworksModel } from '../nodes/HopsworksModel/HopsworksModel.node';
import { errorText } from '../nodes/serving/errorText';
import {
	connectionFailure,
	failureOf,
	isRetryable,
	retryAfter,
	retryWait,
	timeoutFailure,
} from '../nodes/serving/outcome';
import { restFailure } from '../nodes/serving/restFailure';
import { readPredictions } from '../nodes/serving/predictV1';
import documented from './fixtures/error-bodies.json';

const refused = documented.filter(({ status }) => status >= 300);
const withBody = refused.filter(({ body }) => body.trim() !== '');

describe('every documented error body', () => {
	test.each(withBody.map(({ case: name, status, body }) => ({ name, status, body })))(
		'$name says something readable',
		({ status, body }) => {
			const { message, description } = failureOf(status, body);
			const text = errorText(body);
			expect(text).not.toBe('');
			expect(text).not.toMatch(/^[{[<]|<html|<body/i);
			expect(message).toContain(text);
			expect(description).toMatch(/\.$/);
		},
	);

	test.each([
		['rest-key-scope', 'No valid scope found for this invocation. Valid scope is: [SERVING] (code 320004)'],
		['gateway-wrong-secret', 'could not authenticate API key'],
		['proxy-upstream-401', 'could not authenticate API key (code 250010)'],
		['kserve-python-exception', "KeyError : 'amount'"],
		['kserve-tornado-html', '500: Internal Server Error'],
		['rest-html-from-load-balancer', '502 Bad Gateway'],
		['vllm-nested-unknown-model', 'The model `other` does not exist.'],
		['vllm-flat-unknown-model', 'The model `other` does not exist.'],
		['kserve-openai-error', 'messages must not be empty'],
		['fastapi-not-found', 'Not Found'],
		[
			'schema-lookup-failed',
			'The feature store rejected the lookup (FeatureStoreException). (code FEATURE_LOOKUP_FAILED)',
		],
		['batcher-inputs-not-supported', 'no instances in the request'],
		['ok-batcher-downstream-error', 'X has 1 features, but LogisticRegression is expecting 4 features as input.'],
	])('%s in the server’s own words', (name, text) => {
		expect(errorText(documented.find((entry) => entry.case === name)?.body ?? '')).toBe(text);
	});

	test.each([
		['envoy-no-route', 'knows no such deployment', 'namespace'],
		['fastapi-not-found', 'no such address', 'By URL'],
		['vllm-nested-unknown-model', 'does not know the model', "'Model'"],
		['vllm-flat-unknown-model', 'does not know the model', "'Model'"],
		['vllm-nested-context-old-wording', 'too long for the model', "'Max Tokens'"],
		['vllm-nested-context-new-wording', 'too long for the model', "'Max Tokens'"],
		['vllm-flat-bad-request', 'too long for the model', "'Max Tokens'"],
		['vllm-nested-bad-request', 'language model refused the request', "'Extra Fields (JSON)'"],
		['kserve-openai-error', 'language model refused the request', 'Its words'],
		['vllm-nested-internal', 'The language model failed', 'logs'],
		['vllm-own-api-key', 'API key was refused', 'scope SERVING'],
		['vllm-health-dead', 'not ready', "'Max Tries'"],
		['schema-entity-not-found', 'no data for a row', 'feature store'],
		['gateway-browser-login', 'redirect', "'Model Serving URL'"],
		['gateway-unknown-key-or-missing-scope', 'API key was refused', 'scope SERVING'],
		['envoy-body-too-large', 'too large', "'Rows per Request'"],
		['envoy-no-healthy-upstream', 'not ready', "'Max Tries'"],
	])('%s tells what happened and what to do', (name, message, description) => {
		const { status = 0, body = '' } = documented.find((entry) => entry.case === name) ?? {};
		const failure = failureOf(status, body);
		expect(failure.message).toContain(message);
		expect(failure.description).toContain(description);
	});
});

describe('documented replies with status 200', () => {
	const FAILS = 'fails';
	const expected: Record<string, [rows: number, value: unknown]> = {
		'ok-batcher-downstream-error': [2, FAILS],
		'ok-batcher-size-mismatch': [2, FAILS],
		'ok-batcher-unparsable': [2, FAILS],
		'ok-batcher-success': [2, [0, 1]],
		'ok-logger-swallowed-error': [1, FAILS],
		'ok-plain-text': [1, FAILS],
		'ok-bare-list': [3, [1, 2, 3]],
		'ok-predictions-object': [1, [{ ranking: [{ article_id: 'a', score: 0.9 }] }]],
		'ok-fewer-predictions': [2, FAILS],
		'ok-nonfinite-as-null': [3, [null, null, 1.5]],
		'ok-tfs-bare-nan': [4, [null, null, null, 1.5]],
		'ok-unsafe-integer': [1, ['1152921504606846977']],
		'ok-tfs-outputs-list': [2, [[0.1], [0.9]]],
		'ok-tfs-outputs-named': [
			2,
			[
				{ score: 0.1, label: 'ok' },
				{ score: 0.9, label: 'fraud' },
			],
		],
		'ok-stream-error': [1, FAILS],
		'ok-feature-vectors': [
			2,
			[
				[0.12, 'SE'],
				[2.41, 'NG'],
			],
		],
	};

	test.each(documented.filter(({ status }) => status === 200))('$case', ({ case: name, body }) => {
		const [rows = 0, value] = expected[name] ?? [];
		const read = readPredictions(body, rows, { requestField: 'inputs', shape: { format: 'values' } });
		expect(read.ok ? read.value : FAILS).toEqual(value);
	});

	test.each([
		['one row keeps several predictions as a list', '{"predictions": [7, 8, 9]}', 1, [[7, 8, 9]]],
		['one row keeps a whole body that has neither field', '{"ranking": ["a", "b"]}', 1, [{ ranking: ['a', 'b'] }]],
		['a whole body is never split over rows', '{"ranking": ["a", "b"]}', 2, FAILS],
		['none for one row', '{"predictions": []}', 1, FAILS],
		['more than rows', '{"predictions": [1, 2, 3]}', 2, FAILS],
		['members of other lengths are one prediction', '{"predictions": {"a": [1], "b": [2, 3]}}', 2, FAILS],
	])('%s', (_name, body, rows, value) => {
		const read = readPredictions(body, rows, { requestField: 'inputs', shape: { format: 'values' } });
		expect(read.ok ? read.value : FAILS).toEqual(value);
	});
});

test('fields that an advice names in quotes exist in the panel or the credential', () => {
	const labels = JSON.stringify(new HopsworksModel().description.properties);
	const credential = ['API Key', 'Model Serving URL', 'Hopsworks URL', 'Project', 'Ignore SSL Issues (Insecure)'];
	const advice = [
		...refused.map(({ status, body }) => restFailure(status, body).description),
		...refused.map(({ status, body }) => failureOf(status, body).description),
		...['ECONNREFUSED', 'ENOTFOUND', 'ECONNRESET', 'CERT_HAS_EXPIRED', 'OTHER'].map(
			(code) => connectionFailure('h', code, '').description,
		),
		timeoutFailure(1).description,
	].join('\n');
	const named = new Set([...advice.matchAll(/'([A-Z][^']*)'/g)].map(([, label]) => label ?? ''));
	named.delete('ApiKey'); // the word in the header, not a field
	expect(named.size).toBeGreaterThan(8);
	for (const label of named)
		expect([labels.includes(`"${label}"`) || credential.includes(label), label]).toEqual([true, label]);
});

describe('trying again', () => {
	const failure = (status: number) => failureOf(status, '');

	test.each([429, 502, 503])('%i is tried again', (status) => {
		expect(isRetryable(failure(status), false)).toBe(true);
	});

	test.each([301, 400, 401, 403, 404, 405, 409, 413, 415, 422, 431, 500, 501])('%i never', (status) => {
		expect(isRetryable(failure(status), true)).toBe(false);
	});

	test('504 and time-outs only when asked', () => {
		expect([failure(504), timeoutFailure(1)].map((one) => isRetryable(one, false))).toEqual([false, false]);
		expect([failure(504), timeoutFailure(1)].map((one) => isRetryable(one, true))).toEqual([true, true]);
	});

	test('connections that were refused or reset, but not certificates or unknown hosts', () => {
		const codes = ['ECONNREFUSED', 'ECONNRESET', 'EAI_AGAIN', 'ENOTFOUND', 'CERT_HAS_EXPIRED'];
		expect(codes.map((code) => isRetryable(connectionFailure('h', code, ''), false))).toEqual([
			true,
			true,
			true,
			false,
			false,
		]);
	});

	test('Retry-After is read as seconds and as a date', () => {
		const now = Date.UTC(2026, 10, 23, 12, 0, 0);
		expect(retryAfter('120', now)).toBe(120);
		expect(retryAfter('Mon, 23 Nov 2026 12:00:30 GMT', now)).toBe(30);
		expect(retryAfter('Mon, 23 Nov 2026 11:00:00 GMT', now)).toBe(0);
		expect(retryAfter('soon', now)).toBeUndefined();
		expect(retryAfter(undefined, now)).toBeUndefined();
	});

	test('waits double from one second, between half and the whole, up to the longest', () => {
		expect([1, 2, 3, 4].map((tries) => retryWait(tries, 60, 1))).toEqual([1, 2, 4, 8]);
		expect(retryWait(3, 60, 0)).toBe(2);
		expect(retryWait(20, 60, 1)).toBe(60);
	});
});
