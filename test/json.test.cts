import {
	encode,
	findNotFinite,
	isNumberText,
	isRecord,
	parseGiven,
	parseReply,
	parseWritten,
} from '../nodes/core/json/json';
import { processorTime } from './support/processorTime.cts';

describe('parseReply', () => {
	test.each([
		['an integer beyond 2^53 keeps every digit, as text', '[9007199254740993]', ['9007199254740993']],
		[
			'so does a negative one, deep inside',
			'{"a":{"b":[-7615917337495251231]}}',
			{ a: { b: ['-7615917337495251231'] } },
		],
		['the largest safe integer stays a number', '[9007199254740991]', [9007199254740991]],
		[
			'a long fraction is no integer',
			'[0.12345678901234567890, 1234567890123456789.5, 1e20]',
			[0.12345678901234568, 1234567890123456800, 1e20],
		],
		[
			'digits inside a text stay as they are',
			'{"id":"7615917337495251231","n":7615917337495251231}',
			{ id: '7615917337495251231', n: '7615917337495251231' },
		],
		['NaN and Infinity become null', '[NaN, Infinity, -Infinity, 1.5]', [null, null, null, 1.5]],
		['the words inside a text stay', '["NaN", "a \\" NaN, Infinity", NaN]', ['NaN', 'a " NaN, Infinity', null]],
		['white space around', ' \n[ 1 ]\n', [1]],
	])('%s', (_name, text, value) => {
		expect(parseReply(text)).toEqual(value);
	});

	test.each(['', 'plain', '{', '[1,]', 'NaNa', '"open', '\\', '[9007199254740993', '{"a":NaN'])(
		'%j is not JSON',
		(text) => {
			expect(parseReply(text)).toBeUndefined();
		},
	);

	test('takes time linear in the text', () => {
		const started = processorTime();
		parseReply(`[NaN,"${'\\"'.repeat(500_000)}`);
		parseReply(`${'1'.repeat(500_000)}.5 NaN`);
		expect(processorTime() - started).toBeLessThan(2000);
	});
});

test('parseGiven reads what encode writes back, digit for digit', () => {
	const text = '{"id":12345678901234567890,"list":[-9007199254740993,1,"7615917337495251231"]}';
	expect(encode(parseGiven(text))).toBe(text);
	expect(parseGiven('{broken')).toBeUndefined();
});

describe('parseWritten', () => {
	test.each([
		'[1.0,2.50,1e2,-0,0.10E+3]',
		'{"id":12345678901234567890,"list":[-9007199254740993,1,"7615917337495251231"]}',
		'{"a":{"b":[1.0]},"c":"1.0","d \\"1.0\\"":2}',
		'1.0',
		'"1.0"',
		'[" 1.0 ",1,0.5,-1.5,true,null]',
	])('%s goes out as it was written', (text) => {
		expect(encode(parseWritten(text))).toBe(text);
	});

	test.each(['[1.0', '[01.0]', '[1.]', '[+1.0]', '1.0.0', '[1.0 2]', '-'])('%s is not JSON', (text) => {
		expect(parseWritten(text)).toBeUndefined();
	});

	test('a number that no server holds is seen, and one as it was written is no object', () => {
		expect(findNotFinite(parseWritten('[1.0, 1e999]'))).toEqual({ path: '1', found: Infinity });
		expect(isRecord(parseWritten('1.0'))).toBe(false);
	});

	test('takes time linear in the text', () => {
		const started = processorTime();
		parseWritten(`["${'\\"'.repeat(500_000)}",1.0]`);
		parseWritten(`[${'1.0,'.repeat(500_000)}1.0]`);
		expect(processorTime() - started).toBeLessThan(4000);
	});
});

describe('encode', () => {
	const isNumber = (_place: string, text: string): boolean => isNumberText(text);

	test.each([
		[[1, 'a', true, null], '[1,"a",true,null]'],
		[{ a: undefined, b: () => 1, c: 'd' }, '{"c":"d"}'],
		[[undefined], '[null]'],
		[new Date(Date.UTC(2026, 0, 2)), '"2026-01-02T00:00:00.000Z"'],
		['half a pair: \ud83d', '"half a pair: \ufffd"'],
		[{ 'half \udc00': 1 }, '{"half \ufffd":1}'],
		['a whole pair: 😀', '"a whole pair: 😀"'],
		[12n, '12'],
		[-0, '0'],
		[1e21, '1e+21'],
	])('%p', (value, text) => {
		expect(encode(value)).toBe(text);
	});

	test.each(['0', '-1', '12.50', '1.0', '1e5', '-2.5E-3', '12345678901234567890123'])(
		'text %s goes out as that number',
		(text) => {
			expect(encode([text], isNumber)).toBe(`[${text}]`);
		},
	);

	test.each(['007', '+1', '', ' 1', '1 ', '.5', '5.', '1,5', '0x10', 'NaN', 'Infinity', '1e999', 'ten', '١'])(
		'text %j stays text',
		(text) => {
			expect(encode([text], isNumber)).toBe(JSON.stringify([text]));
		},
	);

	test('knows how many digits a double holds', () => {
		expect([308, 309, 310].map((digits) => isNumberText('9'.repeat(digits)))).toEqual([true, false, false]);
		expect(['1e308', '1E309', '1e309', `0.${'9'.repeat(400)}`].map(isNumberText)).toEqual([true, false, false, true]);
	});

	test('asks for each text by where it stands', () => {
		const asked: Array<[string, string]> = [];
		encode({ a: ['1', ['2']], 'b.c': '3' }, (place, text) => asked.push([place, text]) > 0, 'row');
		expect(asked).toEqual([
			['row.a[]', '1'],
			['row.a[][]', '2'],
			['row.b.c', '3'],
		]);
	});

	test('writes nothing but what JSON.parse reads back', () => {
		const value = { a: [1.5, -3, 'x"y\\z\n', { b: null, c: [true, []] }], '': {} };
		expect(JSON.parse(encode(value))).toEqual(value);
	});
});

test('findNotFinite tells where a number stands that JSON cannot carry', () => {
	expect(findNotFinite([1, { a: [2, NaN] }])).toEqual({ path: '1.a.1', found: NaN });
	expect(findNotFinite([10n ** 308n, -(10n ** 309n)])).toEqual({ path: '1', found: -Infinity });
	expect(findNotFinite(-Infinity)).toEqual({ path: '', found: -Infinity });
	expect(findNotFinite({ a: [1, '∞', null, undefined] })).toBeUndefined();
});

test('text that begins as the reader marks digits stays text', () => {
	for (const text of ['\uE000123', '\uE001123', '\uE0FF', '\uE000']) {
		const written = JSON.stringify(text);
		for (const form of [written, `"\\u${text.charCodeAt(0).toString(16).toUpperCase()}${text.slice(1)}"`]) {
			expect(parseGiven(`[${form}, 12345678901234567890, 1]`)).toEqual([text, 12345678901234567890n, 1]);
		}
	}
});
