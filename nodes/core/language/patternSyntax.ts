/** Regular expressions of JSON schemas, read into a tree. What no grammar holds a model to either is not read. */

/** A part of a pattern; a `character` is one that is written out, or a test of one. */
export type PatternPart =
	| { kind: 'character'; is: string | RegExp }
	| { kind: 'edge'; isEnd: boolean }
	| { kind: 'sequence'; parts: PatternPart[] }
	| { kind: 'choice'; parts: PatternPart[] }
	| { kind: 'repeated'; part: PatternPart; least: number; most: number };

/** Longer patterns are not read. */
const LONGEST_PATTERN = 5000;
/** Deeper ones neither: what goes through the tree would overflow the stack. */
const DEEPEST_GROUP = 200;

const TOKENS =
	/\((?:\?(?::|<(?![=!])[^>]*>)?)?|[*+?]\??|\{\d+(?:,\d*)?\}\??|\[(?:\\[^]|[^\]\\])*\]|\\u\{[\da-f]+\}|\\ud[89ab][\da-f]{2}\\ud[c-f][\da-f]{2}|\\u[\da-f]{4}|\\x[\da-f]{2}|\\c[a-z]|\\p\{[^}]*\}|\\[^]|[^]/giu;
/** Look-around and its like, word boundaries, and back-references. */
const UNREADABLE = /^(?:\(\?|\\[bBk1-9])$/;
/** One character that stands for itself, behind a backslash where it would not by itself. */
const LITERAL = /^(?:[^\\.[]|\\[$().*+/?[\\\]^{|}])$/u;

function isExpression(source: string, flags: string): boolean {
	try {
		return new RegExp(source, flags) instanceof RegExp;
	} catch {
		return false;
	}
}

/** Whether a text is a regular expression, with the `u` that JSON Schema wants of it or without. */
export function isPattern(source: string): boolean {
	return isExpression(source, 'u') || isExpression(source, '');
}

/** The same with `\x2d` in the place of `\-` and its like, which people write and the `u` forbids. */
function withoutIdleEscapes(source: string): string {
	return source.replace(/\\([^])/g, (escape, character: string) =>
		/[!"#%&',\-:;<=>@_`~ ]/.test(character) ? `\\x${character.charCodeAt(0).toString(16)}` : escape,
	);
}

function repeated(part: PatternPart, quantifier: string): PatternPart {
	const [, least, comma, most] = /^\{(\d+)(,?)(\d*)/.exec(quantifier) ?? [];
	if (least === undefined) {
		const isOnce = quantifier.startsWith('?');
		return { kind: 'repeated', part, least: quantifier.startsWith('+') ? 1 : 0, most: isOnce ? 1 : Infinity };
	}
	const upTo = most === '' ? Infinity : Number(most);
	return { kind: 'repeated', part, least: Number(least), most: comma === '' ? Number(least) : upTo };
}

/** What is in one pair of parentheses: the choices before the last `|`, and the parts behind it. */
class Group {
	private readonly choices: PatternPart[] = [];
	parts: PatternPart[] = [];

	choose(): void {
		this.choices.push({ kind: 'sequence', parts: this.parts });
		this.parts = [];
	}

	whole(): PatternPart {
		this.choose();
		return { kind: 'choice', parts: this.choices };
	}
}

/** The tree of a pattern. Undefined where it is none, or where a text has to be gone through more than once to find it. */
export function readPatternTree(given: string): PatternPart | undefined {
	if (given.length > LONGEST_PATTERN) return undefined;
	const source = isExpression(given, 'u') ? given : withoutIdleEscapes(given);
	if (!isExpression(source, 'u')) return undefined;
	const around: Group[] = [];
	let group = new Group();
	for (const [token] of source.matchAll(TOKENS)) {
		if (UNREADABLE.test(token)) return undefined;
		if (token.startsWith('(')) {
			if (around.push(group) > DEEPEST_GROUP) return undefined;
			group = new Group();
		} else if (token === ')') {
			const inner = group.whole();
			group = around.pop() ?? new Group();
			group.parts.push(inner);
		} else if (token === '|') {
			group.choose();
		} else if (token === '^' || token === '$') {
			group.parts.push({ kind: 'edge', isEnd: token === '$' });
		} else if (/^[*+?{]/.test(token)) {
			group.parts.push(repeated(group.parts.pop() ?? { kind: 'sequence', parts: [] }, token));
		} else {
			const is = LITERAL.test(token) ? token.replace(/^\\/, '') : new RegExp(`^${token}$`, 'u');
			group.parts.push({ kind: 'character', is });
		}
	}
	return group.whole();
}
