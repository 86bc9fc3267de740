/** Patterns of schemas: found where JavaScript finds them, in a time that no pattern and no text makes long. */
import fc from 'fast-check';
import { searchFor } from '../nodes/core/language/pattern';
import { isPattern } from '../nodes/core/language/patternSyntax';

const CASES = 3000;

/** Whether a pattern is in a text; undefined where it is not looked for. */
function isIn(pattern: string, text: string): boolean | undefined {
	const search = searchFor(pattern)?.(text, () => false).next();
	return search?.done === true ? search.value : undefined;
}

const characters = ['a', 'b', '1', '_', ' ', '-', '.', 'é', '\n', '\u2028', '😀', '\ud83d', '\0'];
const atoms = fc.constantFrom(
	...[
		'a',
		'b',
		'1',
		'é',
		'😀',
		'-',
		' ',
		'.',
		'\\.',
		'\\-',
		'\\/',
		'\\^',
		'\\\\',
		'\\d',
		'\\D',
		'\\w',
		'\\W',
		'\\s',
		'\\S',
	],
	...[
		'\\p{L}',
		'\\P{L}',
		'\\p{Lu}',
		'\\n',
		'(?:\\0)',
		'\\x61',
		'\\u0061',
		'\\u{1F600}',
		'\\ud83d\\ude00',
		'\\cJ',
		'^',
		'$',
	],
	...[
		'[ab]',
		'[^a]',
		'[a-z1]',
		'[\\w-]',
		'[\\]a]',
		'[^]',
		'[]',
		'[😀-😂]',
		'[\\b.]',
		'[(|)*]',
		'[\\d\\-_]',
		'(?:)',
		'()',
	],
);
const quantifiers = fc.constantFrom(
	'',
	'',
	'',
	'*',
	'+',
	'?',
	'*?',
	'+?',
	'??',
	'{2}',
	'{0}',
	'{1,}',
	'{0,2}',
	'{1,3}?',
);
const patterns = fc.letrec<{ pattern: string }>((tie) => ({
	pattern: fc
		.array(
			fc
				.tuple(
					fc.oneof(
						{ maxDepth: 3, withCrossShrink: true },
						atoms,
						fc
							.tuple(fc.constantFrom('(', '(?:', '(?<x>'), fc.array(tie('pattern'), { minLength: 1, maxLength: 3 }))
							.map(([opening, choices]) => `${opening}${choices.join('|')})`),
					),
					quantifiers,
				)
				.map(([atom, quantifier]) => (/^[\^$]$/.test(atom) ? atom : atom + quantifier)),
			{ maxLength: 4 },
		)
		.map((parts) => parts.join('')),
})).pattern;
const texts = fc.array(fc.constantFrom(...characters), { maxLength: 8 }).map((all) => all.join(''));

test(`${CASES} random patterns are found where JavaScript finds them`, () => {
	let found = 0;
	let seen = 0;
	fc.assert(
		fc.property(patterns, texts, (pattern, text) => {
			// Two groups of one name are no pattern, and `\-` is one without the 'u' alone. Of what repeats within what
			// repeats JavaScript takes years to find that it is not there.
			if (!isPattern(pattern) || pattern.split(/[*+}]/).length > 5) return;
			let expected: boolean;
			try {
				expected = new RegExp(pattern, 'u').test(text);
			} catch {
				expected = new RegExp(pattern.replaceAll('\\-', '\\x2d'), 'u').test(text);
			}
			expect(isIn(pattern, text)).toBe(expected);
			seen++;
			if (expected) found++;
		}),
		{ numRuns: CASES },
	);
	expect(seen).toBeGreaterThan(CASES / 3);
	expect(found).toBeGreaterThan(seen / 5);
	expect(found).toBeLessThan((seen * 4) / 5);
}, 600_000);

test.each<[string, string, boolean | undefined]>([
	['', '', true],
	['b', 'abc', true],
	['^b', 'abc', false],
	['^a|c$', 'xc', true],
	['^(?:a|b)+$', 'abba', true],
	['^(?:a|b)+$', 'abca', false],
	['^.$', '😀', true],
	['^.$', '\n', false],
	['^[a-z]{2,3}$', 'abcd', false],
	['^\\d{3}\\-\\d{2}$', '123-45', true],
	['^[\\w.\\-]+@[\\w\\-]+$', 'a.b-c@d-e', true],
	['^\\@\\#$', '@#', true],
	['a{,2}', 'a{,2}', undefined],
	['(?=a)', 'a', undefined],
	['(?!a)', 'b', undefined],
	['(?<=a)b', 'ab', undefined],
	['(?<!a)b', 'b', undefined],
	['\\bword\\b', 'word', undefined],
	['a\\B', 'ab', undefined],
	['(a)\\1', 'aa', undefined],
	['(?<x>a)\\k<x>', 'aa', undefined],
	['[a', '[a', undefined],
	['(?:a{1000}){1000}', 'a', undefined],
	['(?:a{0}){4000000000}b', 'b', true],
	['(?:){0,4000000000}b', 'b', undefined],
	['(?:(?:a?){3}){3}b', 'aaaaab', true],
	['(?:^|,)b', 'a,b', true],
	['(?:a*)*$', 'aab', true],
	['a'.repeat(1990), 'a'.repeat(1990), true],
	['a'.repeat(5001), 'a', undefined],
	[`${'('.repeat(150)}a${')'.repeat(150)}`, 'a', true],
	[`${'('.repeat(1500)}a${')'.repeat(1500)}`, 'a', undefined],
])('%.30s in %.30s: %p', (pattern, text, isThere) => {
	expect(isIn(pattern, text)).toBe(isThere);
});

test('what is a pattern with the flag u or without is one, anything else is none', () => {
	const sources = ['a', '\\-', 'a{,2}', '(?=a)', '\\p{L}', '[a', '(', '*', '(?P<x>a)', '\\p{Nope}', '(?i)a'];
	expect(sources.filter(isPattern)).toEqual(['a', '\\-', 'a{,2}', '(?=a)', '\\p{L}', '\\p{Nope}']);
});

test('patterns on which JavaScript would never end take steps in proportion to the text, and give way', () => {
	const text = 'a'.repeat(200_000);
	for (const pattern of ['^(a+)+$', '^(a|aa)+$', '^(?:a?){20}a{20}$', '(x+x+)+y', '^(.*a){11}$']) {
		let looks = 0;
		let turns = 0;
		const search = searchFor(pattern)?.(`${text}!`, () => ++looks % 10 === 0);
		let step = search?.next();
		for (; step?.done === false; step = search?.next()) turns++;
		expect(step?.value).toBe(false);
		expect(looks).toBeLessThan(text.length / 2);
		expect(turns).toBeGreaterThan(10);
	}
});
