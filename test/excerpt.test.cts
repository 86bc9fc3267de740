/** Texts of others in messages: on one line, in bounds, and nothing that a screen does not show. */
import { quoted } from '../nodes/serving/excerpt';

test('a text is quoted on one line, as far as it is short', () => {
	expect(quoted("it's")).toBe("'it's'");
	expect(quoted(' a\r\n\tb ')).toBe("'a b'");
	expect(quoted('a\0\u001b[31mb\u0085c')).toBe("'a [31mb c'");
	expect(quoted('a\ud800')).toBe("'a\ufffd'");
	expect(quoted('x'.repeat(500))).toBe(`'${'x'.repeat(500)}'`);
	for (const length of [501, 2000, 2001, 100_000]) expect(quoted('x'.repeat(length))).toBe(`'${'x'.repeat(500)}…'`);
	expect(quoted(' '.repeat(2000) + 'x')).toBe("'…'");
});
