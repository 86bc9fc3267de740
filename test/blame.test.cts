/** What a failed reply blames: the size, the number of predictions, or rows; whatever a server writes where their names belong. */
import { blameOf } from '../nodes/core/failure/blame';
import { readErrorReply } from '../nodes/core/failure/errorReply';
import type { Blame } from '../nodes/core/failure/outcome';
import { replyOf } from '../nodes/core/json/reply';

function blame(status: number, body: unknown): Blame | undefined {
	const reply = replyOf(typeof body === 'string' ? body : JSON.stringify(body));
	return blameOf(readErrorReply(status, reply), 'It failed');
}

/** The rows that a reply names, with what it says of each. */
function namedIn(body: unknown): Array<[number, string]> | undefined {
	const found = blame(400, body);
	return found?.kind === 'rows' ? [...found.named] : undefined;
}

test.each([200, 400, 422, 500])('the status %i blames rows', (status) => {
	expect(blame(status, '')).toEqual({ kind: 'rows', message: 'It failed', named: new Map() });
});

test.each([401, 403, 404, 429, 501, 502, 503])('the status %i blames nothing', (status) => {
	expect(blame(status, '{"error": "no"}')).toBeUndefined();
	expect(blame(status, { detail: { errors: [{ row: 1, reason: 'x' }] } })).toMatchObject({ kind: 'rows' });
});

test.each([250001, 250002, 250003, 250005, 250009, 250012])(
	'the code %i blames nothing: nobody read the rows',
	(code) => {
		expect(blame(400, { errorCode: code })).toBeUndefined();
		expect(blame(400, { errorCode: code - 100 })).toEqual({ kind: 'rows', message: 'It failed', named: new Map() });
		expect(blame(400, { errorCode: String(code) })).toEqual({ kind: 'rows', message: 'It failed', named: new Map() });
	},
);

test.each<[unknown, number | undefined]>([
	['', undefined],
	['The request has 600 rows; it accepts at most 512.', 512],
	['accepts at most many', undefined],
	[`accepts at most ${'9'.repeat(400)}`, Infinity],
])('413 with %j blames the size', (body, mostRows) => {
	expect(blame(413, body)).toEqual({ kind: 'size', mostRows });
});

test('another number of predictions is blamed as such', () => {
	expect(blame(500, { detail: { code: 'CONTRACT_VIOLATION', errors: [{ row: 1 }] } })).toEqual({ kind: 'count' });
	expect(blame(500, 'size of prediction is not equal to the size of instances')).toEqual({ kind: 'count' });
	expect(blame(500, 'the size of prediction is not equal to the size of instances')).toMatchObject({ kind: 'rows' });
	expect(blame(413, { detail: { code: 'CONTRACT_VIOLATION' } })).toEqual({ kind: 'size', mostRows: undefined });
	expect(blame(500, { detail: 'CONTRACT_VIOLATION' })).toMatchObject({ kind: 'rows' });
});

describe('rows are named', () => {
	const errors = (...list: unknown[]): object => ({ detail: { message: 'no match', errors: list } });
	const element = (text: string): object => ({ error: text });

	test.each<[string, unknown, Array<[number, string]>]>([
		['by a schema deployment', errors({ row: 3, field: 'a', reason: 'bad' }), [[3, 'a: bad']]],
		['without a field', errors({ row: 3, field: null, reason: 'bad' }), [[3, 'bad']]],
		['without a reason', errors({ row: 3 }), [[3, '']]],
		[
			'twice',
			errors({ row: 3, reason: 'one' }, { row: 4, reason: 'x' }, { row: 3, field: 'b', reason: 'two' }),
			[
				[3, 'one; b: two'],
				[4, 'x'],
			],
		],
		[
			'by numbers that are none of a row',
			errors({ row: -1, reason: 'x' }, { row: 1.5, reason: 'y' }, { row: 1e300, reason: 'z' }),
			[
				[-1, 'x'],
				[1.5, 'y'],
				[1e300, 'z'],
			],
		],
		['by texts and worse', errors({ row: '3' }, { row: { valueOf: 3 } }, null, 5, [], { row: null }), []],
		['in no list', { detail: { errors: { 0: { row: 1 } } } }, []],
		['in a detail that is none', { detail: [{ row: 1 }] }, []],
		[
			'with a field and a reason that no text can be made of',
			errors({ row: 1, field: { toString: 1 }, reason: [{ valueOf: {} }] }, { row: 1, field: 5, reason: false }),
			[[1, '; 5: false']],
		],
		[
			'by TensorFlow Serving',
			element("Failed to process element: 12 of 'instances' list. Error: INVALID_ARGUMENT"),
			[[12, 'INVALID_ARGUMENT']],
		],
		[
			'by TensorFlow Serving with the column',
			element("Failed to process element: 0 key: amount of 'instances' list. Not a number"),
			[[0, 'amount: Not a number']],
		],
		['by TensorFlow Serving, not at the beginning', element("So: Failed to process element: 0 of 'a' list. x"), []],
		[
			'by both, of which the list is heard',
			{ error: "Failed to process element: 1 of 'a' list. x", detail: { errors: [{ row: 2, reason: 'y' }] } },
			[[2, 'y']],
		],
	])('%s', (_name, body, named) => {
		expect(namedIn(body)).toEqual(named);
	});

	test('in one short line each, whatever a server writes', () => {
		const text = namedIn(errors({ row: 1, reason: `a\n${'b'.repeat(10_000)}` }))?.[0]?.[1] ?? '';
		expect(text).toMatch(/^a b+…$/);
		expect(text.length).toBeLessThan(520);
	});

	test('as many as there are', () => {
		const many = Array.from({ length: 100_000 }, (_, row) => ({ row, reason: 'bad' }));
		expect(namedIn(errors(...many))).toHaveLength(100_000);
		expect(namedIn(errors(...many.map(() => ({ row: 5, reason: 'bad' }))))).toHaveLength(1);
	}, 30_000);
});
