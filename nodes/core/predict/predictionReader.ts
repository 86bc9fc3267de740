/** One prediction per row out of a deployment's replies, all of which are read in one form. */
import { badReply, success, type Failed, type Failure, type Outcome } from '../failure/outcome';
import type { Json } from '../json/json';
import type { Reply } from '../json/reply';
import { Turns, type GiveWay } from '../turns';
import { findPredictions, wrongNumber } from './predictions';

/** How the rows of a deployment are sent. */
interface SentForm {
	/** As TensorFlow Serving's `examples`. */
	isExamples: boolean;
	/** In columns, so that the predictions come back in columns. */
	isColumnar: boolean;
}

/** Sends the first row of a request alone, so many times over. */
type SendFirst = (times: number) => Promise<Outcome<Reply>>;

/** What the replies to all rows together say of some of them. */
interface Hindsight {
	/** Items whose values are other ones. */
	values: Map<number, Json>;
	/** Items whose values need not be theirs. */
	doubtful: number[];
}

/** One object per row out of lists by name. Each is quick to make, all of them are not. */
async function zip(columns: Array<[string, Json]>, rows: number, giveWay: GiveWay): Promise<Json[]> {
	const turns = new Turns(giveWay);
	const zipped: Json[] = [];
	for (let row = 0; row < rows; row++) {
		if (turns.isOver()) await turns.next();
		const members = columns.map(([name, values]) => [name, Array.isArray(values) ? (values[row] ?? null) : null]);
		zipped.push(Object.fromEntries(members));
	}
	return zipped;
}

function otherForm(): Failed {
	return badReply(
		'The deployment answered this row in another form than the others',
		"The others were answered with one entry per row in each member of an object. The option 'Response: Raw' shows the whole reply.",
	);
}

const BELIED = badReply(
	'The deployment has begun to answer with another number of predictions than it gets rows',
	"Predictions that were written before may belong to other rows. Set 'Rows per Request' to 1 in the options, so that every row gets a reply of its own.",
);

/**
 * Reads the replies of one deployment. A list with one prediction per row is believed. An object of lists as long as the
 * rows may also be one row's prediction, as a recommender that ranks a hundred articles answers a hundred customers with:
 * one further request tells, and then every reply is read that way. One row with several predictions keeps the list.
 */
export class PredictionReader {
	/** Whether the members of an object hold an entry per row; undefined before that is asked. */
	private areColumns?: Promise<Outcome<boolean>>;
	/** Whether a row alone got several predictions: a list is then the prediction of one row, however long it is. */
	private isRanked = false;
	/** Numbers of predictions that were not those of the rows: so long a list need not be for its rows either. */
	private readonly wrongNumbers = new Set<number>();
	/** Items of requests with several rows whose lists were believed. */
	private readonly believed: number[][] = [];
	/** The one prediction that a row alone got, undefined where it got none. */
	private readonly alone = new Map<number, Json | undefined>();
	/** Whether values have gone out, which stay as they are: nothing is kept any more to change them by. */
	private isFixed = false;
	/** How many rows had the requests whose lists went out as the rows' own. */
	private readonly trusted = new Set<number>();

	constructor(
		private readonly sent: SentForm,
		private readonly giveWay: GiveWay,
	) {}

	/**
	 * One prediction per item. `sendFirst` is absent where no request of the run has several rows, so that an object is
	 * always one row's prediction.
	 */
	async read(reply: Reply, items: number[], sendFirst?: SendFirst): Promise<Outcome<Json[]>> {
		const rows = items.length;
		const found = findPredictions(reply, rows, this.sent.isExamples);
		if (!found.ok) return found;
		const predictions = found.value;
		switch (predictions.form) {
			case 'list':
				return rows === 1 ? this.readOne(predictions.list, items) : this.readList(predictions.list, items);
			case 'value':
				return rows === 1 ? success([predictions.value]) : wrongNumber(1, rows);
			case 'object': {
				const known = await (rows > 1 ? this.areColumns : (this.areColumns ??= Promise.resolve(success(false))));
				if (rows > 1) return wrongNumber(1, rows);
				return known?.ok && known.value && !this.sent.isColumnar ? otherForm() : success([predictions.value]);
			}
			case 'columns': {
				const areColumns = this.sent.isColumnar ? success(true) : await this.ask(rows, sendFirst);
				if (!areColumns.ok) return areColumns;
				if (areColumns.value) return success(await zip(predictions.columns, rows, this.giveWay));
				return rows === 1 ? success([Object.fromEntries(predictions.columns)]) : wrongNumber(1, rows);
			}
		}
	}

	/** What is known once all rows are answered. What is doubtful has to be sent again, each row alone. */
	hindsight(): Hindsight {
		const values = new Map<number, Json>();
		for (const [item, value] of this.isRanked ? this.alone : []) values.set(item, value === undefined ? [] : [value]);
		const doubtful = this.believed.filter(({ length }) => this.isDoubtful(length)).flat();
		for (const { length } of this.believed) if (!this.isDoubtful(length)) this.trusted.add(length);
		this.believed.length = 0;
		return { values, doubtful };
	}

	/** Values go out now, after a look in hindsight: nothing more is kept of a reply than how many rows it was for. */
	fix(): void {
		this.isFixed = true;
		if (!this.isRanked && this.alone.size > 0) this.trusted.add(1);
		this.alone.clear();
	}

	/** What a later reply says of values that have gone out: they need not be those of their rows. */
	contradiction(): Failure | undefined {
		return [...this.trusted].some((rows) => this.isDoubtful(rows)) ? BELIED.failure : undefined;
	}

	/** Whether a list as long as so many rows need not be theirs. */
	private isDoubtful(rows: number): boolean {
		return this.isRanked || this.wrongNumbers.has(rows);
	}

	/** The list that a row alone got. */
	private readOne(list: Json[], items: number[]): Outcome<Json[]> {
		this.isRanked ||= list.length > 1;
		if (this.isRanked) return success([list]);
		if (this.isFixed) this.trusted.add(1);
		else for (const item of items) this.alone.set(item, list[0]);
		return list.length === 1 ? success(list) : wrongNumber(0, 1);
	}

	private readList(list: Json[], items: number[]): Outcome<Json[]> {
		if (list.length !== items.length) this.wrongNumbers.add(list.length);
		if (this.isDoubtful(list.length)) return wrongNumber(list.length, items.length);
		if (this.isFixed) this.trusted.add(list.length);
		else this.believed.push(items);
		return success(list);
	}

	private async ask(rows: number, sendFirst?: SendFirst): Promise<Outcome<boolean>> {
		if (!this.areColumns && !sendFirst) return success(false);
		this.areColumns ??= sendFirst ? this.test(rows, sendFirst) : undefined;
		const answer = (await this.areColumns) ?? success(false);
		if (!answer.ok) this.areColumns = undefined;
		return answer;
	}

	/** Whether another number of rows is answered with as many entries: one in the place of several, two in that of one. */
	private async test(rows: number, sendFirst: SendFirst): Promise<Outcome<boolean>> {
		const times = rows === 1 ? 2 : 1;
		const reply = await sendFirst(times);
		const found = reply.ok ? findPredictions(reply.value, times, this.sent.isExamples) : reply;
		if (found.ok) return success(found.value.form === 'columns');
		// A model that refuses another number of rows looks at all of them.
		return found.failure.blame ? success(true) : found;
	}
}
