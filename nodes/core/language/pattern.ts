/**
 * Regular expressions against a model's text, in time proportional to the pattern times the text: all ways through the
 * pattern are gone at once, character by character, where JavaScript's own matcher tries one after the other, for years.
 */
import { readPatternTree, type PatternPart } from './patternSyntax';

/** Where a way through a pattern may be. The first of all is the end of the pattern. */
type State =
	| { kind: 'end' }
	| { kind: 'character'; is(character: string): boolean; next: number }
	| { kind: 'edge'; isEnd: boolean; next: number }
	| { kind: 'fork'; next: number[] };

/** Larger patterns are not searched for. */
const MOST_STATES = 2000;
/** Steps at most between two looks at whether others are to have their turn. */
const STEPS = 500;

function testOf(is: string | RegExp): (character: string) => boolean {
	if (typeof is === 'string') return (character) => character === is;
	const known: boolean[] = [];
	return (character) => {
		const code = character.charCodeAt(0);
		return code < 128 ? (known[code] ??= is.test(character)) : is.test(character);
	};
}

/** The states of a pattern, written from its end to its beginning. */
class States {
	readonly all: State[] = [{ kind: 'end' }];

	get areTooMany(): boolean {
		return this.all.length > MOST_STATES;
	}

	private add(state: State): number {
		return this.all.push(state) - 1;
	}

	/** Where a part begins that `next` comes behind. */
	write(part: PatternPart, next: number): number {
		if (this.areTooMany) return next;
		switch (part.kind) {
			case 'character':
				return this.add({ kind: 'character', is: testOf(part.is), next });
			case 'edge':
				return this.add({ kind: 'edge', isEnd: part.isEnd, next });
			case 'sequence':
				return part.parts.reduceRight((behind, one) => this.write(one, behind), next);
			case 'choice': {
				const starts = part.parts.map((one) => this.write(one, next));
				const [only = next, ...others] = starts;
				return others.length === 0 ? only : this.add({ kind: 'fork', next: starts });
			}
			case 'repeated':
				return this.times(part.part, part.least, this.timesMore(part, next));
		}
	}

	/** A part as often as it must be there. */
	private times(part: PatternPart, count: number, next: number): number {
		let start = next;
		for (let left = count; left > 0 && !this.areTooMany; left--) {
			const before = this.write(part, start);
			// A part without any state is the same however often it is there.
			if (before === start) break;
			start = before;
		}
		return start;
	}

	/** The same as often as it may be there besides. */
	private timesMore({ part, least, most }: { part: PatternPart; least: number; most: number }, next: number): number {
		if (most === Infinity) {
			const ways = [next];
			const fork = this.add({ kind: 'fork', next: ways });
			ways.push(this.write(part, fork));
			return fork;
		}
		let start = next;
		for (let left = most - least; left > 0 && !this.areTooMany; left--) {
			start = this.add({ kind: 'fork', next: [next, this.write(part, start)] });
		}
		return start;
	}
}

/** Looks for a pattern anywhere in a text, stopping whenever `isOver`. */
export type PatternSearch = (text: string, isOver: () => boolean) => Generator<void, boolean>;

function* search(states: State[], start: number, text: string, isOver: () => boolean): Generator<void, boolean> {
	let at = 0;
	let ways: Array<State & { kind: 'character' }> = [];
	/** For each state the round in which it was reached last. */
	const rounds = new Uint32Array(states.length);
	let round = 1;
	/** Goes on from a state to all where a character is wanted; tells whether the end of the pattern is among them. */
	const isEndFrom = (first: number): boolean => {
		const ahead = [first];
		for (let index = ahead.pop(); index !== undefined; index = ahead.pop()) {
			const state = states[index];
			if (!state || rounds[index] === round) continue;
			rounds[index] = round;
			if (state.kind === 'end') return true;
			if (state.kind === 'character') ways.push(state);
			else if (state.kind === 'fork') ahead.push(...state.next);
			else if (at === (state.isEnd ? text.length : 0)) ahead.push(state.next);
		}
		return false;
	};
	let steps = 0;
	for (;;) {
		// The pattern may begin anywhere.
		if (isEndFrom(start)) return true;
		if (at === text.length) return false;
		const character = String.fromCodePoint(text.codePointAt(at) ?? 0);
		const before = ways;
		at += character.length;
		ways = [];
		round++;
		for (const { is, next } of before) {
			if (is(character) && isEndFrom(next)) return true;
		}
		steps += before.length + 1;
		if (steps > STEPS) {
			steps = 0;
			if (isOver()) yield;
		}
	}
}

/** The search for a pattern. Undefined where it is none, or cannot be looked for without going back in the text. */
export function searchFor(pattern: string): PatternSearch | undefined {
	const tree = readPatternTree(pattern);
	if (!tree) return undefined;
	const states = new States();
	const start = states.write(tree, 0);
	if (states.areTooMany) return undefined;
	return (text, isOver) => search(states.all, start, text, isOver);
}
