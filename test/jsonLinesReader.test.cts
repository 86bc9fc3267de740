/** JSON Lines, cut into pieces anywhere. */
import { encode, isRecord } from '../nodes/core/json/json';
import { LONGEST_RECORD } from '../nodes/core/table/csvReader';
import { JsonLinesReader, readJsonLine, type JsonLine } from '../nodes/core/table/jsonLinesReader';
import { piecesOf, valueOf } from './support/csv.cts';

const PIECES = [[1], [2], [3], [7, 1], [100_000]];

function readLines(text: string, pieces: number[]): { lines: JsonLine[]; lineEnd: string } {
	const reader = new JsonLinesReader();
	const lines = [...piecesOf(text, pieces)].flatMap((piece) => valueOf(reader.push(piece)));
	return { lines: [...lines, ...valueOf(reader.end())], lineEnd: reader.lineEnd };
}

test.each<[text: string, lines: Record<number, string>, lineEnd: string]>([
	['{"a":1}\n{"a":2}\n', { 1: '{"a":1}', 2: '{"a":2}' }, '\n'],
	['{"a":1}\r\n{"a":2}\r\n', { 1: '{"a":1}', 2: '{"a":2}' }, '\r\n'],
	['{"a":1}\n{"a":2}', { 1: '{"a":1}', 2: '{"a":2}' }, '\n'],
	['\n  \n{"a":1}\n\r\n {"a":2} \n\n', { 3: '{"a":1}', 5: ' {"a":2} ' }, '\n'],
	['{"a":"\\n"}\n', { 1: '{"a":"\\n"}' }, '\n'],
	['', {}, '\n'],
])('the lines of %j', (text, lines, lineEnd) => {
	for (const pieces of PIECES) {
		const read = readLines(text, pieces);
		expect(Object.fromEntries(read.lines.map((one) => [one.line, one.text]))).toEqual(lines);
		expect(read.lineEnd).toBe(lineEnd);
	}
});

test('numbers keep their text', () => {
	const text = '{"a":1.50,"b":12345678901234567890,"c":[1e5,-0,{"d":0.1}],"e":"1.50","f":7}';
	expect(encode(valueOf(readJsonLine({ text, line: 1 })))).toBe(text);
});

test.each([
	['{"a":1', 'Line 7 of the file is not JSON'],
	['{"a":NaN}', 'Line 7 of the file is not JSON'],
	['{"a":1}{"a":2}', 'Line 7 of the file is not JSON'],
	['[1,2]', 'Line 7 of the file is not a JSON object'],
	['1.50', 'Line 7 of the file is not a JSON object'],
	['null', 'Line 7 of the file is not a JSON object'],
	[`{"a":${'['.repeat(600)}${']'.repeat(600)}}`, 'Line 7 of the file is nested more than 500 levels deep'],
	[`{"a":${'['.repeat(200_000)}1.50${']'.repeat(200_000)}}`, 'Line 7 of the file is'],
])('a line that is no object fails alone: %.20s', (text, message) => {
	expect(readJsonLine({ text, line: 7 })).toMatchObject({ failure: { message: expect.stringContaining(message) } });
});

test('an own member of any name is one', () => {
	const record = valueOf(readJsonLine({ text: '{"__proto__":{"a":1.0}}', line: 1 }));
	expect(isRecord(record) && Object.keys(record)).toEqual(['__proto__']);
});

test('a line without end gathers no endless file', () => {
	const reader = new JsonLinesReader();
	let pushed = 0;
	let outcome = reader.push('{"a":1}\n');
	for (; outcome.ok && pushed < 4 * LONGEST_RECORD; pushed += 65_536) outcome = reader.push('x'.repeat(65_536));
	expect(outcome).toMatchObject({ failure: { message: 'Line 2 of the file has more than 8,388,608 characters' } });
	expect(pushed).toBeLessThan(LONGEST_RECORD + 2 * 65_536);
});
