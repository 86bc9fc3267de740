/** Where a text stops being JSON, and what should have been there: the parsers of Python each have their words for it. */

type Missing = 'value' | 'name' | 'colon' | 'comma' | 'end' | 'quote';

/** What no text between quotes may have as it is. */
type Unquotable = 'control' | 'escape';

/** Values that JSON allows and some parsers refuse: a number that no double holds, half a surrogate pair. */
export type Excess = 'infinite' | 'surrogate';

export interface Flaw {
	kind: Missing | Unquotable | Excess;
	position: number;
	/** Whether the text ends there. */
	isAtEnd: boolean;
	/** What the comma should have been between. */
	inside?: 'object' | 'array';
}

class Found extends Error {
	constructor(readonly flaw: Flaw) {
		super(flaw.kind);
	}
}

const LITERAL = /(?:-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?|true|false|null)/y;
/** A text up to its closing quote, or to what should not be in it. */
const TEXT = /"[^"\\\u0000-\u001f]*(?:\\(?:["\\/bfnrt]|u[\da-fA-F]{4})[^"\\\u0000-\u001f]*)*/y;

/** Where half a character stands without its other half; undefined where none does. */
function findHalf(text: string): number | undefined {
	let first: number | undefined;
	for (const { 1: code = '0', index } of text.matchAll(/\\(?:u([\da-f]{4})|.)/gi)) {
		const unit = parseInt(code, 16) & 0xfc00;
		const isSecond = unit === 0xdc00;
		const isJoined = first === index - 6 && isSecond;
		if (first !== undefined && !isJoined) return first;
		if (isSecond && !isJoined) return index;
		first = unit === 0xd800 ? index : undefined;
	}
	return first;
}

class Scanner {
	private position = 0;

	constructor(
		private readonly text: string,
		private readonly refused: ReadonlySet<Excess>,
	) {}

	scan(): void {
		this.value();
		this.blanks();
		if (this.position < this.text.length) this.fail('end');
	}

	private value(): void {
		this.blanks();
		const sign = this.text[this.position];
		if (sign === '{') this.members('}', 'object', () => this.member());
		else if (sign === '[') this.members(']', 'array', () => this.value());
		else if (sign === '"') this.string();
		else this.literal();
	}

	private members(end: string, inside: 'object' | 'array', read: () => void): void {
		this.position++;
		if (this.takes(end)) return;
		do read();
		while (this.takes(','));
		if (!this.takes(end)) this.fail('comma', inside);
	}

	private member(): void {
		this.blanks();
		if (this.text[this.position] !== '"') this.fail('name');
		this.string();
		if (!this.takes(':')) this.fail('colon');
		this.value();
	}

	private string(): void {
		const start = this.position;
		const found = this.match(TEXT) ?? '';
		const end = this.text[this.position];
		if (end === undefined) this.fail('quote', undefined, start);
		if (end !== '"') this.fail(end === '\\' ? 'escape' : 'control');
		this.position++;
		const half = this.refused.has('surrogate') ? findHalf(found) : undefined;
		if (half !== undefined) this.fail('surrogate', undefined, start + half);
	}

	private literal(): void {
		const start = this.position;
		const found = this.match(LITERAL);
		if (found === undefined) this.fail('value');
		const isInfinite = !Number.isFinite(Number(found)) && /\d/.test(found);
		if (isInfinite && this.refused.has('infinite')) this.fail('infinite', undefined, start);
	}

	private match(pattern: RegExp): string | undefined {
		pattern.lastIndex = this.position;
		const [found] = pattern.exec(this.text) ?? [];
		this.position += found?.length ?? 0;
		return found;
	}

	private takes(sign: string): boolean {
		this.blanks();
		const isThere = this.text[this.position] === sign;
		if (isThere) this.position++;
		return isThere;
	}

	private blanks(): void {
		while (' \t\n\r'.includes(this.text[this.position] ?? 'x')) this.position++;
	}

	private fail(kind: Flaw['kind'], inside?: Flaw['inside'], position = this.position): never {
		throw new Found({ kind, position, isAtEnd: position >= this.text.length, ...(inside && { inside }) });
	}
}

/** The first flaw of a text; undefined where it is JSON that the parser takes. */
export function findFlaw(text: string, refused: readonly Excess[] = []): Flaw | undefined {
	try {
		new Scanner(text, new Set(refused)).scan();
		return undefined;
	} catch (error) {
		if (error instanceof Found) return error.flaw;
		throw error;
	}
}
