/** The columns of a CSV file that predictions go to: one, or one for each member where predictions are objects. */
import { show } from '../failure/excerpt';
import { badReply, success, type Outcome } from '../failure/outcome';
import { encode, isRecord, type Json } from '../json/json';

/** Objects with more members than any table wants stay whole. */
const MOST_MEMBERS = 200;

/** Decided by the predictions that come first, since the header of the file is written before the others are known. */
export class PredictionColumns {
	/** The members that have columns. */
	private members: string[] = [];
	/** Whether there is a column for predictions that are no objects. */
	private isWhole = true;

	/** `field` is the name of the column, and what those of members begin with. */
	constructor(private readonly field: string) {}

	/** Decides by the predictions that are known. */
	decide(predictions: Iterable<Json>): void {
		const members = new Set<string>();
		let hasOthers = false;
		for (const prediction of predictions) {
			if (!isObject(prediction)) hasOthers ||= prediction !== null;
			else if (members.size <= MOST_MEMBERS) for (const name of Object.keys(prediction)) members.add(name);
		}
		this.members = members.size <= MOST_MEMBERS ? [...members] : [];
		this.isWhole = hasOthers || this.members.length === 0;
	}

	/** The names of the columns. */
	get names(): string[] {
		return [...(this.isWhole ? [this.field] : []), ...this.members.map((name) => `${this.field}.${name}`)];
	}

	/** The cells of a prediction. One that has no column for something would be half a prediction: it fails. */
	cellsOf(prediction: Json): Outcome<string[]> {
		const isSpread = isObject(prediction) && this.members.length > 0;
		if (isSpread && Object.keys(prediction).some((name) => !this.members.includes(name))) return noColumn(prediction);
		if (!isSpread && !this.isWhole && prediction !== null) return noColumn(prediction);
		const whole = isSpread ? '' : asCell(prediction);
		if (this.members.length === 0) return success([whole]);
		const parts = this.members.map((name) => asCell(isSpread ? ownMember(prediction, name) : null));
		return success([...(this.isWhole ? [whole] : []), ...parts]);
	}
}

/** An object without members would leave no trace in columns of its members. */
function isObject(prediction: Json): prediction is Record<string, Json> {
	return isRecord(prediction) && Object.keys(prediction).length > 0;
}

function ownMember(object: Record<string, Json>, name: string): Json {
	return Object.hasOwn(object, name) ? (object[name] ?? null) : null;
}

/** A text as it is, nothing for null, anything else as JSON. */
function asCell(value: Json): string {
	if (typeof value === 'string') return value;
	return value === null ? '' : encode(value);
}

function noColumn(prediction: Json): Outcome<never> {
	return badReply(
		`The prediction of this row has no columns in the file, because it has another form than those before it: ${show(prediction)}`,
		"The columns are decided by the first rows. Write JSON Lines instead, which take predictions of any form: set 'File Format' and give a file of that format.",
	);
}
