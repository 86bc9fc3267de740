/** Texts of others in messages: on one line, in bounds, and nothing that a screen does not show. */
import { quoted, show } from '../nodes/core/failure/excerpt';

test('a text is quoted on one line, as far as it is short', () => {
	expect(quoted("it's")).toBe("'it's'");
	expect(quoted(' a\r\n\tb ')).toBe("'a b'");
	expect(quoted('a\0\u001b[31mb\u0085c')).toBe("'a [31mb c'");
	expect(quoted('a\ud800')).toBe("'a\ufffd'");
	expect(quoted('x'.repeat(500))).toBe(`'${'x'.repeat(500)}'`);
	for (const length of [501, 2000, 2001, 100_000]) expect(quoted('x'.repeat(length))).toBe(`'${'x'.repeat(500)}…'`);
	expect(quoted(' '.repeat(2000) + 'x')).toBe("'…'");
});

test('a long list is shown as far as there is room', () => {
	expect(show([1, [], {}])).toBe('[1,[],{}]');
	expect(show(Array.from({ length: 100_000 }, (_, index) => index % 10))).toBe(
		`[${'0,1,2,3,4,5,6,7,8,9,'.repeat(25).slice(0, 499)}…`,
	);
});
