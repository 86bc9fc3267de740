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

test.each(documented.filter(({ status }) => status === 200).map(({ case: name, body }) => ({ name, body })))(
	'a documented reply with status 200 is read without a throw: $name',
	({ body }) => {
		for (const rows of [1, 2, 3]) expect(readPredictions(body, rows)).toHaveProperty('ok');
	},
);

test('fields that an advice names in quotes exist in the panel or the credential', () => {
	const labels = JSON.stringify(new HopsworksModel().description.properties);
	const credential = ['API Key', 'Model Serving URL', 'Hopsworks URL', 'Project', 'Ignore SSL Issues (Insecure)'];
	const advice = [
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
