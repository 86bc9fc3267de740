/** Finds out under which name a deployment reads its rows, from the first requests that fail. */
import type { Batch } from '../../core/batching/batchBuilder';
import type { Failure } from '../../core/failure/outcome';
import type { Reply } from '../../core/json/reply';
import { findPredictions } from '../../core/predict/predictions';
import { adviceOnField, namesField, otherField, type RequestField } from '../../core/predict/requestField';
import type { Row } from '../../core/predict/rowLayout';
import type { Ask } from '../../n8n/modelCall';

type Write = (rows: Row[]) => string;

interface Learned {
	write: Write;
	/** The reply that the rows have by now. */
	reply?: Reply;
}

export interface FieldLearner {
	/** The field in use, and the one that a row was tried under in vain. */
	fields(): { inUse: RequestField; tried?: RequestField };
	/** A request was answered: the field in use is the right one. */
	isRight(): void;
	/** How rows are to be written after a failure; undefined where that says nothing of the field. */
	learn(failure: Failure, batch: Batch<Row>, ask: Ask): Promise<Learned | undefined>;
}

/** Begins with a field. The other one is tried once at most, with one row. */
export function fieldLearner(first: RequestField, writer: (field: RequestField) => Write): FieldLearner {
	const other = otherField(first);
	// The same function each time: whoever wrote a request can tell whether it would be written so again.
	const learned: Learned = { write: writer(other) };
	let isKnown = false;
	let isOther = false;
	let trial: Promise<Reply | undefined> | undefined;

	function settleOnOther(): Learned {
		isKnown = isOther = true;
		return learned;
	}

	/** The reply to a row under the other name, where that holds a prediction. */
	async function tryOther(row: Row, ask: Ask): Promise<Reply | undefined> {
		const reply = await ask(learned.write([row]));
		const found = reply.ok ? findPredictions(reply.value, 1, false) : reply;
		const isEmpty = found.ok && found.value.form === 'list' && found.value.list.length === 0;
		return reply.ok && found.ok && !isEmpty ? reply.value : undefined;
	}

	return {
		fields() {
			if (isOther) return { inUse: other };
			return { inUse: first, ...(trial && { tried: other }) };
		},
		isRight() {
			isKnown = true;
		},
		async learn(failure, { rows }, ask) {
			const [row] = rows;
			if (isKnown || row === undefined) return isOther ? learned : undefined;
			const advice = adviceOnField(failure, first);
			if (advice === 'other') return settleOnOther();
			// Of several rows one may be bad; the search for it sends the first of them alone.
			const isHinted = rows.length === 1 || (failure.blame?.kind === 'rows' && namesField(failure.message, other));
			if (advice === 'none' || !isHinted) return undefined;
			const isFirst = trial === undefined;
			trial ??= tryOther(row, ask);
			const reply = await trial;
			if (!reply) return undefined;
			return { ...settleOnOther(), ...(isFirst && rows.length === 1 && { reply }) };
		},
	};
}
