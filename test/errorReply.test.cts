import { readErrorReply } from '../nodes/core/failure/errorReply';
import documented from './fixtures/error-bodies.json';
import { replyOf } from '../nodes/core/json/reply';

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
	expect(readErrorReply(500, replyOf(documented.find((entry) => entry.case === name)?.body ?? '')).text).toBe(text);
});

test.each([
	[{ detail: ['first', 'second'] }, 'first; second'],
	[{ detail: [{ loc: ['body', 'messages'], msg: 'field required' }, 5] }, 'body.messages: field required; 5'],
	[{ detail: Array.from({ length: 1000 }, () => 'x') }, Array.from({ length: 50 }, () => 'x').join('; ')],
	[{ detail: [{ loc: Array.from({ length: 1000 }, () => 'x'), msg: '' }] }, `${'x.'.repeat(49)}x:`],
	[{ errorCode: { a: 1 }, message: 'no' }, 'no'],
])('a list of problems, some of them: %j', (body, text) => {
	expect(readErrorReply(500, replyOf(JSON.stringify(body))).text).toBe(text);
});
