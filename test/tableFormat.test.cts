/** Which kind of table a file is, and what is none. */
import { checkTable, tableFormatOf } from '../nodes/core/table/tableFormat';
import { valueOf } from './support/csv.cts';

test.each([
	['table.csv', undefined, '{"a":1}', 'csv'],
	['TABLE.TSV', 'text/plain', 'a\tb', 'csv'],
	['table.csv.gz', 'application/gzip', 'a,b', 'csv'],
	['rows.jsonl', 'text/csv', '{"a":1}', 'jsonLines'],
	['rows.ndjson.gz', undefined, '{"a":1}', 'jsonLines'],
	['file', 'text/csv', 'a,b', 'csv'],
	['file', 'application/x-ndjson; charset=utf-8', '{"a":1}', 'jsonLines'],
	['file.txt', 'text/plain', 'a,b', 'csv'],
	['file.txt', 'text/plain', ' \n{"a":1}\n', 'jsonLines'],
	['file.json', 'application/json', '{"a":1}\n{"a":2}', 'jsonLines'],
	[undefined, undefined, 'a,b', 'csv'],
	[undefined, undefined, '[Amount],[Age]\n1,2', 'csv'],
	['table.csv', undefined, '["a"],b\n', 'csv'],
	[undefined, undefined, '', 'csv'],
])('%s of type %s that begins %j', (fileName, mediaType, text, format) => {
	const names = { ...(fileName !== undefined && { fileName }), ...(mediaType !== undefined && { mediaType }) };
	expect(valueOf(tableFormatOf(names, text))).toBe(format);
});

test.each([
	['rows.json', '[{"a":1}]', 'a JSON array'],
	['rows.jsonl', '[\n  {"a":1}\n]', 'a JSON array'],
	[undefined, '[[1,2],[3,4]]', 'a JSON array'],
	['rows.json', '{\n  "a": 1\n}', 'one JSON document over several lines'],
])('%s that begins %j is no JSON Lines', (fileName, text, what) => {
	expect(tableFormatOf(fileName === undefined ? {} : { fileName }, text)).toMatchObject({
		failure: { message: `The file is not JSON Lines: it seems to be ${what}` },
	});
});

test.each([
	['PK\x03\x04\x14\x00', 'a ZIP or Excel file'],
	['\xd0\xcf\x11\xe0\xa1\xb1', 'an older Excel file'],
	['PAR1\x15\x04', 'a Parquet file'],
	['ARROW1\x00\x00', 'a binary file'],
	['\x80\x04\x95', 'a binary file'],
	['%PDF-1.7', 'a PDF file'],
	['\x28\xb5\x2f\xfd', 'packed in another way than gzip'],
	['BZh91AY&SY', 'packed in another way than gzip'],
	['\x89PNG\r\n', 'a picture or a recording'],
	['\xef\xbb\xbf\n<!DOCTYPE html>', 'a web page or XML'],
	['<?xml version="1.0"?>', 'a web page or XML'],
])('what begins %j is no table', (begin, what) => {
	expect(checkTable(Buffer.from(begin, 'latin1'))).toMatchObject({
		failure: { message: `The file is no table: it seems to be ${what}`, description: expect.stringMatching(/\.$/) },
	});
});

test.each([
	'PKID,amount\n',
	'PAR1,PAR2\n',
	'PAR1\n1',
	'ORC\n',
	'<id>,b\n',
	'BZh,1\n',
	'%PDF,1',
	'',
	'a',
	'\xef\xbb\xbfa,b',
])('%j is one', (begin) => {
	expect(checkTable(Buffer.from(begin, 'latin1'))).toEqual({ ok: true, value: undefined });
});
