/** Exact JSON of any length, read in turns: JSON.parse reads it all the same, but never much at one go. */
import { isRecord, MOST_LEVELS, parse, parseExactly, type Json } from './json';
import { endOfDigits, endOfSpace, endOfString, endOfWord, lookAhead } from './lookAhead';
import { SLICE, Turns, type GiveWay } from '../turns';

type Members = Json[] | { [name: string]: Json };

/** What stands before a position: the bracket that opens a list or object, a comma, or a whole member. */
type Before = 'bracket' | 'comma' | 'member';

/** An object of more is none that a model answers, and would take long to grow. */
export const MOST_NAMES = 100_000;

/** A longer integer is text in any case. */
const LONGEST_NUMBER = 100;

function put(members: Members, name: string, value: Json): void {
	if (Array.isArray(members)) members.push(value);
	else if (name !== '__proto__') members[name] = value;
	// Set as the others are, it would become the object's prototype.
	else Object.defineProperty(members, name, { value, writable: true, enumerable: true, configurable: true });
}

/** Reads one text. What is long and holds others is opened, and its members are read in groups. */
class LongReader {
	private readonly turns: Turns;
	private at = 0;
	private before: Before = 'comma';
	/** The lists and objects that are open, the innermost last. */
	private readonly open: Members[] = [];
	/** How many names the objects that are open have. */
	private readonly names = new WeakMap<Members, number>();

	constructor(
		private readonly text: string,
		giveWay: GiveWay,
		private readonly slice: number,
	) {
		this.turns = new Turns(giveWay);
	}

	async read(): Promise<Json | undefined> {
		const whole: Json[] = [];
		if (!(await this.readMember(whole))) return undefined;
		for (let members = this.open.at(-1); members; members = this.open.at(-1)) {
			const isRead = this.before === 'member' ? await this.goOn(members) : await this.readMembers(members);
			if (!isRead) return undefined;
		}
		await this.skip(endOfSpace);
		return this.at === this.text.length ? whole[0] : undefined;
	}

	/** Whether a character is the next one. */
	private isAt(character: string): boolean {
		return this.text[this.at] === character;
	}

	/** Whether a list or object may have so many members more. */
	private mayGrow(members: Members, more: number): boolean {
		if (Array.isArray(members)) return true;
		const names = (this.names.get(members) ?? 0) + more;
		this.names.set(members, names);
		return names <= MOST_NAMES;
	}

	private async skip(endOf: (text: string, from: number, stop: number) => number): Promise<void> {
		let stop: number;
		do {
			if (this.turns.isOver()) await this.turns.next();
			stop = Math.min(this.at + this.slice, this.text.length);
			this.at = endOf(this.text, this.at, stop);
		} while (this.at === stop && stop < this.text.length);
	}

	/** Goes on behind a member. */
	private async goOn(members: Members): Promise<boolean> {
		await this.skip(endOfSpace);
		if (!this.isAt(',')) return this.close(members);
		this.at++;
		this.before = 'comma';
		return true;
	}

	private close(members: Members): boolean {
		if (!this.isAt(Array.isArray(members) ? ']' : '}')) return false;
		this.at++;
		this.before = 'member';
		this.open.pop();
		return true;
	}

	/** Reads as many members as are in sight; also those of the lists and objects in them whose end is not. */
	private async readMembers(members: Members): Promise<boolean> {
		await this.skip(endOfSpace);
		const began = this.at;
		const { end, commas, levels } = lookAhead(this.text, began, Math.min(began + this.slice, this.text.length));
		if (this.open.length + levels > MOST_LEVELS) return false;
		if (end !== -1) return this.readGroup(members, end) && this.close(members);
		for (const [level, comma] of commas.entries()) {
			const innermost = this.open.at(-1) ?? members;
			if (comma !== -1) {
				if (!this.readGroup(innermost, comma)) return false;
				this.at = comma + 1;
				this.before = 'comma';
			}
			const isLast = level === commas.length - 1;
			if (isLast && this.at > began) return true;
			if (!(await this.readMember(innermost))) return false;
			// In all that is JSON a list or object begins here, and its comma is the next.
			if (!isLast && this.before !== 'bracket') return false;
		}
		return true;
	}

	/** Reads the members up to the comma behind them, or the bracket. */
	private readGroup(members: Members, end: number): boolean {
		const group = this.text.slice(this.at, end);
		this.at = end;
		const mayBeEmpty = this.before === 'bracket' && !this.isAt(',');
		if (Array.isArray(members)) {
			const list = parseExactly(`[${group}]`);
			if (!Array.isArray(list)) return false;
			// A slice holds few enough to be given as arguments.
			members.push(...list);
			return mayBeEmpty || list.length > 0;
		}
		const record = parseExactly(`{${group}}`);
		if (!isRecord(record)) return false;
		const names = Object.keys(record);
		if (!this.mayGrow(members, names.length)) return false;
		for (const name of names) put(members, name, record[name] ?? null);
		return mayBeEmpty || names.length > 0;
	}

	/** Reads one member of any length; where it is a list or object, that is open then. */
	private async readMember(members: Members): Promise<boolean> {
		await this.skip(endOfSpace);
		const name = Array.isArray(members) ? '' : await this.readName();
		if (name === undefined || !this.mayGrow(members, 1)) return false;
		if (this.isAt('[') || this.isAt('{')) {
			const opened: Members = this.isAt('[') ? [] : {};
			put(members, name, opened);
			this.at++;
			this.before = 'bracket';
			this.open.push(opened);
			return true;
		}
		const value = this.isAt('"') ? await this.readString() : await this.readWord();
		if (value === undefined) return false;
		put(members, name, value);
		this.before = 'member';
		return true;
	}

	/** Reads a member's name, up to its value. */
	private async readName(): Promise<string | undefined> {
		const name = this.isAt('"') ? await this.readString() : undefined;
		await this.skip(endOfSpace);
		if (!this.isAt(':')) return undefined;
		this.at++;
		await this.skip(endOfSpace);
		return name;
	}

	private async readString(): Promise<string | undefined> {
		const pieces: string[] = [];
		this.at++;
		do {
			if (this.turns.isOver()) await this.turns.next();
			const begin = this.at;
			this.at = endOfString(this.text, begin, begin + this.slice);
			const piece = parse(`"${this.text.slice(begin, this.at)}"`);
			if (typeof piece !== 'string' || this.at >= this.text.length) return undefined;
			pieces.push(piece);
		} while (!this.isAt('"'));
		this.at++;
		return pieces.join('');
	}

	private async readWord(): Promise<Json | undefined> {
		const begin = this.at;
		if (this.isAt('-')) this.at++;
		await this.skip(endOfDigits);
		const end = this.at;
		await this.skip(endOfWord);
		const word = this.text.slice(begin, this.at);
		// Digits without end come out as they are; to read them would take long.
		return this.at === end && word.length > LONGEST_NUMBER ? word : parseExactly(word);
	}
}

/**
 * Reads a text as `parseReply` does, giving way now and then. A text is refused as well where an object has more than
 * `MOST_NAMES` names, or where a member is nested too deep whose place a later one of the same name would take. `slice`
 * tells how many characters are read at one go.
 */
export async function parseLongReply(text: string, giveWay: GiveWay, slice = SLICE): Promise<Json | undefined> {
	return await new LongReader(text, giveWay, slice).read();
}
