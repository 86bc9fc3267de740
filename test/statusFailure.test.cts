import { readErrorReply } from '../nodes/core/failure/errorReply';
import { statusFailure } from '../nodes/core/failure/statusFailure';
import documented from './fixtures/error-bodies.json';
import { replyOf } from '../nodes/core/json/reply';

const withBody = documented.filter(({ status, body }) => status >= 300 && body.trim() !== '');

describe('every documented error body', () => {
	test.each(withBody.map(({ case: name, status, body }) => ({ name, status, body })))(
		'$name says something readable',
		({ status, body }) => {
			const { message, description } = statusFailure(status, replyOf(body));
			const text = readErrorReply(status, replyOf(body)).text;
			expect(text).not.toBe('');
			expect(text).not.toMatch(/^[{[<]|<html|<body/i);
			expect(message).toContain(text);
			expect(description).toMatch(/\.$/);
		},
	);

	test.each([
		['envoy-no-route', 'knows no such deployment', 'namespace'],
		['fastapi-not-found', 'no such address', 'By URL'],
		['fastapi-not-found', 'no such address', "Check 'Operation': a language model answers 'Chat'"],
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
		const failure = statusFailure(status, replyOf(body));
		expect(failure.message).toContain(message);
		expect(failure.description).toContain(description);
	});
});

test.each([
	[599, 'The server failed (status 599): no', "The deployment's logs in Hopsworks may say why."],
	[499, 'The deployment refused the request (status 499): no', 'Check that '],
])('the unfamiliar status %i is told by its hundred', (status, message, description) => {
	const failure = statusFailure(status, replyOf('no'));
	expect(failure).toMatchObject({ kind: 'status', status, message });
	expect(failure.description).toContain(description);
});
