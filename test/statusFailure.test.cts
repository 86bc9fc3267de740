import { readErrorReply } from '../nodes/core/failure/errorReply';
import { restFailure } from '../nodes/core/hopsworks/restFailure';
import { CHAT_PANEL, PREDICT_PANEL } from '../nodes/core/failure/panel';
import { statusFailure } from '../nodes/core/failure/statusFailure';
import { askedOfLanguageModel } from '../nodes/core/language/languageMeaning';
import documented from './fixtures/error-bodies.json';
import { replyOf } from '../nodes/core/json/reply';

const withBody = documented.filter(({ status, body }) => status >= 300 && body.trim() !== '');

describe('every documented error body', () => {
	test.each(withBody.map(({ case: name, status, body }) => ({ name, status, body })))(
		'$name says something readable',
		({ status, body }) => {
			const { message, description } = statusFailure(status, replyOf(body), { panel: PREDICT_PANEL });
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
		['vllm-own-api-key', 'API key was refused', 'scope SERVING'],
		['vllm-health-dead', 'not ready', "'Tries Before Giving Up'"],
		['schema-entity-not-found', 'no data for a row', 'feature store'],
		['gateway-browser-login', 'redirect', "'Model Serving URL'"],
		['gateway-unknown-key-or-missing-scope', 'API key was refused', 'scope SERVING'],
		['envoy-body-too-large', 'too large', "'Rows per Request'"],
		['envoy-no-healthy-upstream', 'not ready', "'Tries Before Giving Up'"],
	])('%s tells what happened and what to do', (name, message, description) => {
		const { status = 0, body = '' } = documented.find((entry) => entry.case === name) ?? {};
		const failure = statusFailure(status, replyOf(body), { panel: PREDICT_PANEL });
		expect(failure.message).toContain(message);
		expect(failure.description).toContain(description);
	});
});

test.each([
	['vllm-nested-unknown-model', 'does not know the model', "'Model'"],
	['vllm-flat-unknown-model', 'does not know the model', "'Model'"],
	['vllm-nested-context-old-wording', 'too long for the model', 'context of 4096 tokens together'],
	['vllm-nested-context-new-wording', 'too long for the model', "'Maximum Number of Tokens'"],
	['vllm-flat-bad-request', 'too long for the model', "'Maximum Number of Tokens'"],
	['vllm-nested-bad-request', "'Temperature' holds what the server does not take", 'Change the value'],
	['kserve-openai-error', 'language model refused the request', "'Extra Fields (JSON)'"],
	['vllm-nested-internal', 'The server of the model broke down', 'logs'],
	['fastapi-not-found', 'no such address', "'API Path Prefix'"],
])('%s tells Chat what happened and what to do', (name, message, description) => {
	const { status = 0, body = '' } = documented.find((entry) => entry.case === name) ?? {};
	const settings = [
		{ field: 'temperature', value: -1, label: 'Temperature' },
		{ field: 'max_tokens', value: 100, label: 'Maximum Number of Tokens' },
	];
	const failure = statusFailure(status, replyOf(body), askedOfLanguageModel(CHAT_PANEL, settings));
	expect(failure.message).toContain(message);
	expect(failure.description).toContain(description);
});

test.each([
	[599, 'The server failed (status 599): no', "The deployment's logs in Hopsworks may say why."],
	[499, 'The deployment refused the request (status 499): no', 'Check that '],
])('the unfamiliar status %i is told by its hundred', (status, message, description) => {
	const failure = statusFailure(status, replyOf('no'), { panel: PREDICT_PANEL });
	expect(failure).toMatchObject({ kind: 'status', status, message });
	expect(failure.description).toContain(description);
});

describe('what has an advice of its own', () => {
	const squid =
		'<!DOCTYPE html><html><head><title>ERROR: The requested URL could not be retrieved</title></head><!-- ERR_ACCESS_DENIED --></html>';
	const upstream = 'upstream connect error or disconnect/reset before headers. reset reason: ';
	test.each<[number, string, string, string]>([
		[403, squid, 'A proxy or firewall between n8n and the server refused the request', 'NO_PROXY'],
		[403, '<html><body>Blocked by Zscaler</body></html>', 'A proxy or firewall', 'Ask whoever runs the network'],
		[403, 'RBAC: access denied', 'An access rule of the gateway refused the request', "Istio's own"],
		[403, '{"userMsg":"unauthorized user"}', 'The API key may not call this deployment', 'member of the project'],
		[403, '{"errorCode":320004}', 'The API key lacks the scope SERVING', 'Add the scope'],
		[405, '{"detail":"Method Not Allowed"}', 'The address does not accept such requests', "'Operation'"],
		[407, '', 'A proxy between n8n and the server asks for a password', 'HTTPS_PROXY'],
		[408, '', 'The server did not wait for the whole request', "'Rows per Request'"],
		[426, 'Upgrade Required', 'does not speak the version of HTTP', 'proxy_http_version'],
		[431, '', 'The headers of the request were too large', "'API Key'"],
		[501, '{"error":"Could not find explainer_host."}', 'does not know this operation', "'TensorFlow Signature'"],
		[
			502,
			'dial tcp 10.0.0.5:8080: connect: connection refused',
			'restarting, or ran out of memory',
			"'Rows per Request'",
		],
		[
			502,
			`${upstream}remote connection failure, transport failure reason: delayed connect error: 111`,
			'ran out of memory',
			'more memory',
		],
		[503, `${upstream}connection termination`, 'restarting, or ran out of memory', 'more memory'],
		[503, `${upstream}connection failure`, 'The deployment is not ready', "'Tries Before Giving Up'"],
		[502, '<html><title>502 Bad Gateway</title></html>', 'The gateway lost the connection', 'restarting'],
		[
			500,
			'{"error":"CUDA out of memory. Tried to allocate 2 GiB"}',
			'The model ran out of memory',
			"'Rows per Request'",
		],
		[500, '{"error":"Unable to allocate 7.45 GiB for an array"}', 'The model ran out of memory', 'more memory'],
		[500, '{"error":"the room is full"}', 'The model failed', "'Columns'"],
		[400, '{"error":"Malformed request: POST /v1/chat/completions"}', 'no such address', "'Operation'"],
		[511, '', 'The network asks n8n to sign in', 'sign'],
	])('%i %s', (status, body, message, description) => {
		const failure = statusFailure(status, replyOf(body), { panel: PREDICT_PANEL });
		expect(failure.message).toContain(message);
		expect(failure.description).toContain(description);
	});

	test('is the same of the REST API, where something in between answers', () => {
		expect(restFailure(403, replyOf(squid)).message).toContain('A proxy or firewall');
		expect(restFailure(407, replyOf('')).message).toContain('asks for a password');
		expect(restFailure(403, replyOf('{"errorCode":150068}')).message).toContain('role');
	});
});
