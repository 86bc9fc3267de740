import { readErrorReply } from '../nodes/core/failure/errorReply';
import documented from './fixtures/error-bodies.json';
import { replyOf } from '../nodes/core/json/reply';
import { processorTime } from './support/processorTime.cts';

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

describe('a Python traceback is told by its last exception', () => {
	const frames = '  File "/app/serve.py", line 12, in predict\n    return float(x)\n           ^^^^^^^^\n';
	const header = 'Traceback (most recent call last):\n';
	const value = "ValueError: could not convert string to float: 'x'";
	const plain = `${header}${frames.repeat(20)}${value}\n`;
	const chained = `${header}${frames}KeyError: 'amount'\n\nDuring handling of the above exception, another exception occurred:\n\n${header}${frames}${value}`;
	const group = `  + Exception Group ${header.trim()}\n  | ${frames.trim()}\n  | ExceptionGroup: two (2 sub-exceptions)\n  +-+---------------- 1 ----------------\n    | ${header.trim()}\n    |   File "x", line 1\n    | ${value}\n    +------------------------------------\n`;

	test.each<[string, string, string]>([
		['as plain text', plain, value],
		['with other line breaks', plain.replaceAll('\n', '\r\n'), value],
		['after words of a server', `Internal error: ${plain}`, value],
		['in error', JSON.stringify({ error: plain }), value],
		['in message of error', JSON.stringify({ error: { message: plain, type: 'x' } }), value],
		['in detail', JSON.stringify({ detail: plain }), value],
		['in detail, line by line', JSON.stringify({ detail: plain.split('\n').map((line) => `${line}\n`) }), value],
		['in traceback alone', JSON.stringify({ traceback: plain }), value],
		['in a bare string', JSON.stringify(plain), value],
		['within JSON within JSON', JSON.stringify({ message: JSON.stringify({ error: plain }) }), value],
		['with escaped line breaks', JSON.stringify({ error: plain.replaceAll('\n', '\\n') }), value],
		['behind a code', JSON.stringify({ errorCode: 5, usrMsg: plain }), `${value} (code 5)`],
		['chained', chained, value],
		['of an exception group', group, value],
		['indented as a whole', plain.replace(/^/gm, '    '), value],
		['with its lines joined', plain.replaceAll(/\s+/g, ' '), value],
		['of many lines', `${plain.trim()}\nsecond line\nA note`, `${value} second line A note`],
		['without words', `${header}${frames}KeyboardInterrupt\n`, 'KeyboardInterrupt'],
		[
			'of syntax',
			`${header}  File "x", line 1\n    (\n    ^\nSyntaxError: '(' was never closed`,
			"SyntaxError: '(' was never closed",
		],
		[
			'on a page',
			`<!doctype html><title>500</title><body><pre>${plain.replaceAll('"', '&quot;').replaceAll("'", '&#39;')}</pre></body>`,
			value,
		],
		[
			'on a page with its breaks',
			`<html><body>${plain.replaceAll('\n', '<br>').replaceAll("'", '&#x27;')}</body></html>`,
			value,
		],
		['cut off in a frame', `${header}${frames}`, `${header}${frames}`.replaceAll(/\s+/g, ' ').trim()],
		['named in other words', 'no Traceback (most recent call last) here', 'no Traceback (most recent call last) here'],
	])('%s', (_name, body, text) => {
		expect(readErrorReply(500, replyOf(body)).text).toBe(text);
	});

	test('is looked for in time linear in the text', () => {
		const began = processorTime();
		for (const piece of [header, `${header}  `, ' ', '\\n', '| ', 'Error: ', '<a', '&#', '\n', '"Error']) {
			const body = header + piece.repeat(262_144 / piece.length);
			readErrorReply(500, replyOf(body));
			readErrorReply(500, replyOf(`<html>${body}`));
		}
		expect(processorTime() - began).toBeLessThan(5000);
	});
});

test('a title is told as a reader sees it', () => {
	const body =
		'<html><title>ValueError: &#x27;x&#39; &lt;1&gt; &amp; &unknown; &#99999999; &quot;y&quot;</title></html>';
	expect(readErrorReply(500, replyOf(body)).text).toBe('ValueError: \'x\' <1> & &unknown; &#99999999; "y"');
});
