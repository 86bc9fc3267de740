/** Server-sent events: whatever the cut, the same events, and each character looked at once. */
import fc from 'fast-check';
import { eventReader, type ServerEvent } from '../nodes/core/language/eventStream';

/** The events of a stream that comes in these pieces. */
function eventsOf(pieces: string[]): ServerEvent[] {
	const reader = eventReader();
	return [...pieces.flatMap((piece) => reader.push(piece)), ...reader.end()];
}

const dataOf = (events: ServerEvent[]): string[] => events.map(({ data }) => data);

/** The events of a whole text, by the letter of the standard: lines first, then what each means. */
function eventsIn(text: string): ServerEvent[] {
	const events: ServerEvent[] = [];
	let data: string[] = [];
	let type = '';
	for (const line of [...text.split(/\r\n|\n|\r/), '']) {
		if (line.startsWith('data:')) data.push(/^ ?(.*)$/su.exec(line.slice(5))?.[1] ?? '');
		if (line.startsWith('event:')) type = line.slice(6).trim();
		if (line !== '') continue;
		const event = { type, data: data.join('\n') };
		if (event.data.trim() !== '') events.push(event);
		data = [];
		type = '';
	}
	return events;
}

test.each<[string, string[], string[]]>([
	['an event', ['data: a\n\n'], ['a']],
	['several lines of one', ['data: a\ndata: b\n\n'], ['a\nb']],
	['no space behind the colon, and one of two', ['data:a\ndata:  b\n\n'], ['a\n b']],
	['other fields and comments', [': hi\nevent: x\nid: 1\nretry: 5\ndata\ndatas: x\n data: x\ndata: a\n\n'], ['a']],
	['nothing', [], []],
	['nothing in it', ['data:\n\ndata: \n\n\n\n'], []],
	['an end without an empty line', ['data: a\n'], ['a']],
	['an end in the middle of a line', ['data: a'], ['a']],
	['lines that end as on Windows', ['data: a\r\ndata: b\r\n\r\n'], ['a\nb']],
	['lines that end as on an old Macintosh', ['data: a\rdata: b\r\rdata: c\r\r'], ['a\nb', 'c']],
	['a line end that is cut in two', ['data: a\r', '\ndata: b\r', '\n\r', '\n'], ['a\nb']],
	['a return at the end of a piece, and a line behind it', ['data: a\r', 'data: b\n\n'], ['a\nb']],
	['a return and a line feed with nothing between the pieces', ['data: a\r', '', '\ndata: b\n\n'], ['a\nb']],
	['two returns at the end', ['data: a\r', '\r', 'data: b'], ['a', 'b']],
	['two line feeds behind a return', ['data: a\r', '\n\n', 'data: b'], ['a', 'b']],
	['a line feed of its own behind a piece that ends', ['data: a\n', '\n', '\ndata: b'], ['a', 'b']],
	['a line in many pieces', ['d', 'ata', ':', ' ', 'a', 'b', '\n', '\n'], ['ab']],
])('%s', (_name, pieces, events) => {
	expect(dataOf(eventsOf(pieces))).toEqual(events);
});

test('an event has the type that its own lines name, and the next one none', () => {
	expect(eventsOf(['event: error\ndata: a\n\ndata: b\n\nevent:x\n\ndata: c\nevent: late\n\n'])).toEqual([
		{ type: 'error', data: 'a' },
		{ type: '', data: 'b' },
		{ type: 'late', data: 'c' },
	]);
});

test('an event comes out with the text that completes it, not with the next', () => {
	const reader = eventReader();
	expect(reader.push('data: a\n')).toEqual([]);
	expect(dataOf(reader.push('\ndata: b'))).toEqual(['a']);
	expect(dataOf(reader.push('\r\r'))).toEqual(['b']);
	expect(reader.end()).toEqual([]);
	expect(reader.end()).toEqual([]);
});

test('any text gives the events of the standard, whatever the cut', () => {
	const parts = fc.constantFrom('\r', '\n', '\r\n', 'event:', 'data:', 'data: ', 'data', ':', ' ', 'a', '🙂', '[DONE]');
	fc.assert(
		fc.property(fc.array(fc.array(parts, { maxLength: 6 }), { maxLength: 12 }), (pieces) => {
			const text = pieces.flat().join('');
			const events = eventsIn(text);
			expect(eventsOf(pieces.map((piece) => piece.join('')))).toEqual(events);
			expect(eventsOf(text.split(''))).toEqual(events);
			expect(eventsOf([text])).toEqual(events);
		}),
		{ numRuns: 5000 },
	);
});

test('a line is looked through once, however long it is and in however many pieces', () => {
	const piece = 'x'.repeat(500);
	const [event] = eventsOf(['data: ', ...Array.from({ length: 100_000 }, () => piece), '\n\n']);
	expect(event?.data).toHaveLength(100_000 * piece.length);
}, 30_000);
