/** Bodies that are no JSON, in the words of Python's `json` (vLLM) and of orjson 3.13 (KServe), which said these. */
import { kserve } from '../sandbox/kserve.cts';
import { repr } from '../sandbox/python.cts';
import type { Call } from '../sandbox/reply.cts';
import { vllm } from '../sandbox/vllm.cts';
import { at, read } from './support/json.cts';

const call = (path: string, body: string): Call => ({
	method: 'POST',
	path,
	query: new URLSearchParams(),
	headers: { 'content-type': 'application/json' },
	body,
	isUtf8: true,
});

const CASES: Array<[body: string, vllm: string, position: number, kserve: string]> = [
	['{"a" 1}', "Expecting ':' delimiter", 5, "unexpected character, expected ':' after key: line 1 column 6 (char 5)"],
	[
		'{a:1}',
		'Expecting property name enclosed in double quotes',
		1,
		'unexpected character, expected a string key: line 1 column 2 (char 1)',
	],
	[
		'{"a":1 "b":2}',
		"Expecting ',' delimiter",
		7,
		"unexpected character, expected ',' or '}': line 1 column 8 (char 7)",
	],
	['[1 2]', "Expecting ',' delimiter", 3, "unexpected character, expected ',' or ']': line 1 column 4 (char 3)"],
	['[1,]', 'Expecting value', 3, 'trailing comma is not allowed: line 1 column 3 (char 2)'],
	[
		'{"a":1,}',
		'Expecting property name enclosed in double quotes',
		7,
		'trailing comma is not allowed: line 1 column 7 (char 6)',
	],
	['[1] x', 'Extra data', 4, 'unexpected content after document: line 1 column 5 (char 4)'],
	['["a', 'Unterminated string starting at', 1, 'unexpected end of data: line 1 column 4 (char 3)'],
	[
		'{"a":"x\ny"}',
		'Invalid control character at',
		7,
		'unexpected control character in string: line 1 column 8 (char 7)',
	],
	['"\\x"', 'Invalid \\escape', 1, 'invalid escaped sequence in string: line 1 column 2 (char 1)'],
	['[tru]', 'Expecting value', 1, "invalid literal, expected 'true': line 1 column 2 (char 1)"],
	['[1', "Expecting ',' delimiter", 2, 'unexpected end of data: line 1 column 3 (char 2)'],
	['{"a":', 'Expecting value', 5, 'unexpected end of data: line 1 column 6 (char 5)'],
	['[1,\n  x]', 'Expecting value', 6, 'unexpected character, expected a JSON value: line 2 column 3 (char 6)'],
];

test.each(CASES)('%j', (body, words, position, told) => {
	const chat = vllm('a')(call('/v1/chat/completions', body));
	expect(at(read(chat.body), 'error')).toMatchObject({ param: `body.${position}`, code: 400 });
	expect(at(read(chat.body), 'error', 'message')).toContain(repr(words));
	const predicted = kserve('a', (rows) => rows)(call('/v1/models/a:predict', body));
	expect(read(predicted.body)).toEqual({ error: `Unrecognized request format: ${told}` });
});

test('what one parser takes and the other refuses', () => {
	const predict = (body: string) =>
		at(read(kserve('a', (rows) => rows)(call('/v1/models/a:predict', body)).body), 'error');
	expect(predict('{"instances":[1, -1e999]}')).toContain('number is infinity when parsed as double: line 1 column 18');
	for (const half of ['\\ud800', '\\udc00', '\\ud800\\ud800', 'x\\udc00\\ud800']) {
		expect(predict(`{"instances":["${half}"]}`)).toContain('no low surrogate in string');
	}
	for (const whole of ['\\ud83d\\ude00', '\\\\ud800', '1e-999', 'ud800']) {
		expect(predict(`{"instances":["${whole}"]}`)).toBeUndefined();
	}
});
