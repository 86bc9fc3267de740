/** The form in which predictions come out: under the names of classes, or out of lists that hold one value each. */
import { badReply, RowFailed, type RowValues } from '../failure/outcome';
import type { Json } from '../json/json';
import { Turns, type GiveWay } from '../turns';
import { classAnswer, type ClassReading } from './classAnswer';

/** What the user wants of a prediction. */
export interface WantedForm {
	/** Whether a list of one value comes out as that value. */
	unwraps: boolean;
	/** Where predictions stand for classes. */
	classes?: ClassReading;
}

/** The value in a list of one, or in lists of one in one another; undefined where there is another number of values. */
function onlyValue(list: Json[]): Json | undefined {
	let value: Json | undefined = list;
	while (Array.isArray(value)) value = value.length === 1 ? value[0] : undefined;
	return value;
}

/** A list out of the lists of one that it stands in: `[[0.2, 0.8]]` holds the probabilities of one row. */
function innermost(prediction: Json): Json {
	let value = prediction;
	while (Array.isArray(value) && value.length === 1 && value[0] !== undefined) [value] = value;
	return value;
}

const OTHER_NUMBER = new RowFailed(
	badReply(
		'The deployment answered this row with another number of values than the rows before it',
		"Those came out without their lists. Turn 'Unwrap Single Values' off in the options, and every row comes out as a list.",
	).failure,
);

/**
 * Gives the predictions of one deployment their form, which is the same for the whole run: a list of one comes out as its
 * value, until the deployment answers a row with another number of values. Those that have come out by then are lists again
 * in hindsight, since all rows are held until the end of the run anyway.
 */
export class PredictionFormer {
	/** Whether any row has a list with another number of values than one. */
	private hasLists = false;
	/** Replies of which a value came out of its list. */
	private readonly unwrapped: Array<{ items: number[]; predictions: Json[] }> = [];
	/** Whether values have gone out, whose form is that of all others. */
	private isFixed = false;

	constructor(
		private readonly wantedFor: (item: number) => WantedForm,
		private readonly giveWay: GiveWay,
	) {}

	/** The predictions of some items in their form. A row whose prediction stands for no class fails. */
	async form(items: number[], predictions: Json[]): Promise<RowValues<Json>> {
		const turns = new Turns(this.giveWay);
		const formed: RowValues<Json> = [];
		let hasUnwrapped = false;
		for (const item of items) {
			if (turns.isOver()) await turns.next();
			const prediction = predictions[formed.length] ?? null;
			const wanted = this.wantedFor(item);
			if (wanted.classes) {
				formed.push(underNames(prediction, wanted.classes, wanted.unwraps));
				continue;
			}
			const value = Array.isArray(prediction) ? this.unwrap(prediction, wanted.unwraps) : prediction;
			hasUnwrapped ||= value !== prediction && !this.isFixed;
			formed.push(value);
		}
		if (hasUnwrapped) this.unwrapped.push({ items, predictions });
		return formed;
	}

	/**
	 * What is known once all rows are answered: the values of items whose form is another one by now, one at a time, as they
	 * may be all of a run. Where an item comes twice the later one counts. `changed` are items whose predictions are other
	 * ones; those of `resent` come in anew.
	 */
	*hindsight(
		changed: ReadonlyMap<number, Json>,
		resent: readonly number[],
	): Generator<[item: number, value: Json | RowFailed]> {
		if (this.hasLists) {
			yield* this.wrapped();
			this.unwrapped.length = 0;
		} else if (resent.length > 0) {
			this.forget(new Set(resent));
		}
		for (const [item, prediction] of changed) {
			const { classes, unwraps } = this.wantedFor(item);
			yield [item, classes ? underNames(prediction, classes, unwraps) : prediction];
		}
	}

	/** Values go out now: lists come out as their values, or as lists, to the end of the run. */
	fix(): void {
		this.isFixed = true;
		this.unwrapped.length = 0;
	}

	private unwrap(list: Json[], isWanted: boolean): Json | RowFailed {
		const value = onlyValue(list);
		if (value === undefined && this.isFixed && !this.hasLists && isWanted) return OTHER_NUMBER;
		if (value === undefined) this.hasLists = true;
		return value === undefined || this.hasLists || !isWanted ? list : value;
	}

	/** The lists that values came out of, by item. */
	private *wrapped(): Generator<[number, Json]> {
		for (const { items, predictions } of this.unwrapped) {
			for (const [position, item] of items.entries()) {
				const { classes, unwraps } = this.wantedFor(item);
				const prediction = predictions[position];
				if (unwraps && !classes && Array.isArray(prediction)) yield [item, prediction];
			}
		}
	}

	private forget(items: ReadonlySet<number>): void {
		const kept = this.unwrapped.filter(({ items: [first] }) => first === undefined || !items.has(first));
		this.unwrapped.splice(0, Infinity, ...kept);
	}
}

function underNames(prediction: Json, classes: ClassReading, unwraps: boolean): Json | RowFailed {
	const answer = classAnswer(unwraps ? innermost(prediction) : prediction, classes);
	return answer.ok ? answer.value : new RowFailed(answer.failure);
}
