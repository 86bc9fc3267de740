/** A prediction of a classifier, under the names of its classes: which one it is, and how probable. */
import { show } from '../failure/excerpt';
import { badInput, badReply, success, type Failed, type Outcome } from '../failure/outcome';
import { pluralize } from '../failure/pluralize';
import type { Json } from '../json/json';
import { readNames } from './nameList';

/** How predictions stand for classes. */
export interface ClassReading {
	/** The names of the classes in the model's order; without them a row is positive or not. */
	names?: readonly string[];
	/** The probability from which on a row is positive: of the last of two classes. */
	threshold?: number;
}

/** What the user said of the classes; undefined where predictions are left as they are. */
export function readClasses(given: unknown, threshold: number | undefined): Outcome<ClassReading | undefined> {
	const names = readNames(given);
	if (!names)
		return badInput(
			`'Class Names' is ${show(given)}`,
			'It must be names with commas between, or a list of them, and every class needs one.',
		);
	const [only, second] = names;
	if (only === undefined) return success(threshold === undefined ? undefined : { threshold });
	if (second === undefined) {
		return badInput(`'Class Names' has one name, ${show(only)}`, 'Name every class, with commas between.');
	}
	const seen = new Set<string>();
	const repeated = names.find((name) => seen.size === seen.add(name).size);
	if (repeated !== undefined) {
		return badInput(`'Class Names' has ${show(repeated)} twice`, 'Give every class a name of its own.');
	}
	if (names.includes('__proto__')) {
		return badInput("'Class Names' has '__proto__', which no item can hold", 'Give that class another name.');
	}
	if (threshold !== undefined && names.length > 2) {
		return badInput(
			`'Threshold' decides between two classes, and 'Class Names' has ${names.length}`,
			"Remove 'Threshold' from the options: the label is then the most probable class.",
		);
	}
	return success(threshold === undefined ? { names } : { names, threshold });
}

/**
 * The label of a prediction, its probability, and that of every class. Of classes that are equally probable the first one
 * is the label, as NumPy's `argmax` has it.
 */
export function classAnswer(prediction: Json, { names, threshold }: ClassReading): Outcome<Json> {
	if (Array.isArray(prediction)) {
		const probabilities = probabilitiesIn(prediction, names?.length ?? 2);
		if (!probabilities.ok) return probabilities;
		return success(named(probabilities.value, { names, threshold }));
	}
	if (typeof prediction !== 'number') {
		return badReply(
			`The prediction is ${show(prediction)}, which is neither a number nor a list of numbers`,
			"'Class Names' and 'Threshold' read probabilities, and numbers of classes. Remove them from the options to take the prediction as it is.",
		);
	}
	if (threshold !== undefined) {
		if (!isProbability(prediction)) return notProbability(prediction);
		return success(named([complement(prediction), prediction], { names, threshold }));
	}
	const label = names?.[prediction];
	if (label !== undefined) return success({ label });
	const count = names?.length ?? 0;
	return badReply(
		`The prediction ${prediction} is not the number of a class`,
		`'Class Names' has ${pluralize(count, 'name')}, for the numbers 0 to ${count - 1}. If it is a probability, set 'Threshold' in the options.`,
	);
}

function probabilitiesIn(list: Json[], wanted: number): Outcome<number[]> {
	if (list.length !== wanted) {
		return badReply(
			`The prediction has ${pluralize(list.length, 'value')} for ${wanted} classes`,
			"Name every class that the model knows in 'Class Names', in the model's own order.",
		);
	}
	const probabilities = list.filter(isProbability);
	const wrong = list.find((value) => !isProbability(value));
	return wrong === undefined ? success(probabilities) : notProbability(wrong);
}

/** Sums of single precision end this far outside of 0 to 1. */
const ROUNDING = 1e-6;

function isProbability(value: Json): value is number {
	return typeof value === 'number' && value >= -ROUNDING && value <= 1 + ROUNDING;
}

function notProbability(value: Json): Failed {
	return badReply(
		`The prediction holds ${show(value)}, which is not a probability`,
		"A probability is a number from 0 to 1, and 'Class Names' and 'Threshold' read no other scores. Have the model return probabilities, or remove them from the options.",
	);
}

/** The probability of the other one of two classes, without the digits that only a subtraction brings about. */
function complement(probability: number): number {
	return Math.max(0, Number((1 - probability).toPrecision(15)));
}

function named(probabilities: number[], { names, threshold }: ClassReading): Json {
	const positive = probabilities.length - 1;
	const isPositive = (probabilities[positive] ?? 0) >= (threshold ?? 0);
	if (!names) return { label: isPositive, probability: probabilities[positive] ?? null };
	const index = threshold === undefined ? mostProbable(probabilities) : isPositive ? positive : 0;
	return {
		label: names[index] ?? null,
		probability: probabilities[index] ?? null,
		probabilities: Object.fromEntries(names.map((name, at) => [name, probabilities[at] ?? null])),
	};
}

/** The place of the highest probability, the first of several. */
function mostProbable(probabilities: number[]): number {
	// A reduction: spread out into arguments, a long list overflows the stack.
	return probabilities.reduce((best, value, at) => (value > (probabilities[best] ?? 0) ? at : best), 0);
}
