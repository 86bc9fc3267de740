/** The keywords of a schema that are about a value itself: its type, its choices, its size. */
import { excerpt, show } from '../failure/excerpt';
import { asText, isRecord } from '../json/json';
import { choiceTester } from './choices';
import { exactNumber, isMultipleOf } from './exactNumbers';
import type { Complaint, Departure, Reading } from './finding';
import type { Schema } from './schemaPlaces';

/** Tells what is wrong with a value. Undefined where nothing is. */
export type Rule = (value: Reading) => Departure | undefined;

/** A value that is shown leaves room for the choices behind it. */
const LONGEST_VALUE = 200;
/** More choices would not fit into a message. */
const MOST_SHOWN = 250;

function shown(value: Reading): string {
	return excerpt(show(value), LONGEST_VALUE);
}

function typeOf(value: Reading): string {
	if (value === null) return 'null';
	if (typeof value === 'bigint') return 'number';
	return Array.isArray(value) ? 'array' : typeof value;
}

function isOfType(value: Reading, type: unknown): boolean {
	if (type === 'integer') return typeof value === 'bigint' || Number.isInteger(value);
	return typeOf(value) === type;
}

function typeRules({ type }: Schema): Rule[] {
	const types: unknown[] = type === undefined ? [] : [type].flat();
	if (types.length === 0) return [];
	const [first] = types;
	const isRight = (value: Reading): boolean =>
		types.length === 1 ? isOfType(value, first) : types.some((one) => isOfType(value, one));
	const complaint =
		(value: Reading): Complaint =>
		(name) =>
			`${name} is ${typeOf(value)}, not ${types.map(asText).join(' or ')}`;
	return [(value) => (isRight(value) ? undefined : { message: complaint(value), isOfType: true })];
}

/** A rule of what must hold, and what is said where it does not. */
function rule(holds: (value: Reading) => boolean, otherwise: (value: Reading) => string): Rule {
	return (value) => (holds(value) ? undefined : { message: (name) => `${name} ${otherwise(value)}` });
}

function choiceRules(schema: Schema): Rule[] {
	const { enum: choices } = schema;
	const rules: Rule[] = [];
	if (Array.isArray(choices)) {
		const shownChoices = (): string => choices.slice(0, MOST_SHOWN).map(show).join(', ');
		rules.push(rule(choiceTester(choices), (value) => `is ${shown(value)}, none of ${shownChoices()}`));
	}
	if (schema.const !== undefined) {
		rules.push(rule(choiceTester([schema.const]), (value) => `is ${shown(value)}, not ${show(schema.const)}`));
	}
	return rules;
}

type Exact = number | bigint;

/** How a number stands to the one that a keyword gives. */
const NUMBERS: Array<[keyword: string, holds: (value: Exact, given: Exact) => boolean, otherwise: string]> = [
	['minimum', (value, given) => !(value < given), 'less than'],
	['maximum', (value, given) => !(value > given), 'more than'],
	['exclusiveMinimum', (value, given) => !(value <= given), 'not more than'],
	['exclusiveMaximum', (value, given) => !(value >= given), 'not less than'],
	['multipleOf', isMultipleOf, 'not a multiple of'],
];

function isNumber(value: Reading): value is Exact {
	return typeof value === 'number' || typeof value === 'bigint';
}

function numberRules(schema: Schema): Rule[] {
	return NUMBERS.flatMap(([keyword, holds, otherwise]) => {
		const given = exactNumber(schema[keyword]);
		if (given === undefined || (keyword === 'multipleOf' && given <= 0)) return [];
		return rule(
			(value) => !isNumber(value) || holds(value, given),
			(value) => `is ${shown(value)}, ${otherwise} ${given}`,
		);
	});
}

/** How many characters a text has, as JSON counts them: one beyond U+FFFF is two for JavaScript. Counts no further than needed. */
function charactersIn(text: string, most: Exact): number {
	let characters = 0;
	for (let at = 0; at < text.length && characters <= most; characters++) {
		at += (text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1;
	}
	return characters;
}

/** How much a value has of what `what` names; undefined for a value of another kind. */
type Measure = (value: Reading, most: Exact) => number | undefined;

const SIZES: Array<[ending: string, what: string, measure: Measure]> = [
	['Length', 'character', (value, most) => (typeof value === 'string' ? charactersIn(value, most) : undefined)],
	['Items', 'element', (value) => (Array.isArray(value) ? value.length : undefined)],
	['Properties', 'member', (value) => (isRecord(value) ? Object.keys(value).length : undefined)],
];

function sizeRules(schema: Schema): Rule[] {
	return SIZES.flatMap(([ending, what, measure]) => {
		const has = (value: Reading): string => {
			const size = measure(value, Infinity);
			return `has ${size} ${what}${size === 1 ? '' : 's'}`;
		};
		const [least, most] = [exactNumber(schema[`min${ending}`]), exactNumber(schema[`max${ending}`])];
		const rules: Rule[] = [];
		if (least !== undefined) {
			const holds = (value: Reading): boolean => !((measure(value, least) ?? Infinity) < least);
			rules.push(rule(holds, (value) => `${has(value)}, fewer than ${least}`));
		}
		if (most !== undefined) {
			const holds = (value: Reading): boolean => !((measure(value, most) ?? -Infinity) > most);
			rules.push(rule(holds, (value) => `${has(value)}, more than ${most}`));
		}
		return rules;
	});
}

/** What a schema says of a value itself, its patterns aside. */
export function ownRules(schema: Schema): Rule[] {
	return [typeRules, choiceRules, numberRules, sizeRules].flatMap((rulesOf) => rulesOf(schema));
}
