/** The rows of one file on their way to the model and back, as many at a time as fit into a little memory. */
import { OrderedRows } from '../../core/batching/orderedRows';
import { scatterReady, type Course, type ReadyGroup } from '../../core/batching/scatter';
import { failed, RowFailed, success, type Failure, type Outcome } from '../../core/failure/outcome';
import type { Json } from '../../core/json/json';
import { rowSize } from '../../core/predict/requestBody';
import type { Row } from '../../core/predict/rowLayout';
import type { Table, TableRow } from '../../core/table/table';
import { CANCELLED, turnsOfRun } from '../../n8n/cancel';
import { withoutFiles, type WithFiles } from '../../n8n/files';
import { LateRow, type Exchange, type Protocol } from '../../n8n/modelCall';
import type { Sent } from '../../n8n/send';
import { carrierOf, placeOfFailed, type Carrier } from '../../n8n/sentRows';
import { failureIn } from '../../n8n/unusable';
import { tooManyFailed, withReach } from './fileEnds';
import { FileRow } from './fileRow';
import type { RowReader } from './rowReading';

/** As many requests on end that fail for no row's sake, and the deployment is given up. */
const MOST_MISSES = 10;

/** What a file is scored with. */
export interface FileScoringSetUp {
	table: Table<TableRow>;
	rows: AsyncIterable<TableRow[]>;
	/** Where `readRow` finds the row that it reads. */
	slot: WithFiles;
	readRow: RowReader;
	protocol: Protocol<Row, Json>;
	exchange: Exchange<Row, Json>;
	course: Pick<Course<Json>, 'concurrency' | 'notes'>;
	/** How many rows may fail. */
	mostFailed: number;
	isCancelled(): boolean;
	/** Ends what is under way. */
	abort(): void;
}

/** A row whose outcome is known: what of it goes out again, and what became of it. */
export interface ScoredRow {
	kept: string;
	outcome: Outcome<Json>;
	/** The request that carried it last. */
	carrier: Carrier | undefined;
}

export class FileScoring {
	/** Why the run ended before its time. */
	ended: Failure | undefined;
	/** Rows that are read so far. */
	read = 0;
	/** Rows whose outcome is known so far: with a prediction, or without one. */
	good = 0;
	bad = 0;
	/** Called after every request. */
	onAnswer = (): void => {};
	readonly group: ReadyGroup<Row, Json>;
	private readonly held = new OrderedRows<FileRow, Json>();
	private readonly turns = turnsOfRun();
	private underWay = 0;
	/** Requests on end that failed for no row's sake. */
	private misses = 0;
	private hasAnswer = false;

	private readonly rows: AsyncIterator<TableRow[]>;

	constructor(private readonly setUp: FileScoringSetUp) {
		this.rows = setUp.rows[Symbol.asyncIterator]();
		const { protocol } = setUp;
		this.group = {
			items: this.readPieces(Infinity),
			limits: protocol.limits,
			sizeOf: (row) => protocol.sizeOf(row),
			rowOf: (row) => this.held.get(row)?.kept.row,
			exchange: async (batch) => await this.exchange(batch),
			explain: (failure, row) => protocol.explain?.(failure, row) ?? failure,
		};
	}

	/** Ends the run: nothing more is read, sent or written. */
	end(failure: Failure): void {
		this.ended ??= failure;
		this.held.end();
		this.setUp.abort();
	}

	/** Takes note of a request that went out with some rows. */
	noteSent(rows: number[], sent: Sent): void {
		const carrier = carrierOf(rows, sent);
		for (const row of rows) this.held.get(row)?.kept.carriedBy(carrier);
	}

	/** The rows in their order, some at a time, once it is decided what predictions look like. Ends before its time where `ended` is set. */
	async *outcomes(atATime: number): AsyncGenerator<ScoredRow[]> {
		await this.scatterHead();
		const scattering = this.scatter(this.group).finally(() => this.held.end());
		while (!this.ended) {
			await this.held.answer();
			const taken = this.held.take(atATime);
			if (taken.length === 0) break;
			yield taken.map(({ kept: { text, carrier }, outcome = failed(CANCELLED) }) => ({ kept: text, outcome, carrier }));
		}
		await scattering;
	}

	/** Scores the first piece of the file by itself, so that what is decided by it depends on the file alone and on no server's pace. */
	private async scatterHead(): Promise<void> {
		await this.scatter({ ...this.group, items: this.readPieces(1) });
		await this.lookBack();
	}

	private async scatter(group: ReadyGroup<Row, Json>): Promise<void> {
		const settle = (row: number, outcome: Outcome<Json>): void => this.settle(row, outcome);
		try {
			await scatterReady([group], { ...this.setUp.course, stops: false, turns: this.turns, settle });
		} catch (error) {
			this.end(failureIn(error));
		}
	}

	/** The numbers of the rows that can be sent, as so many pieces are read. */
	private async *readPieces(most: number): AsyncGenerator<number[]> {
		for (let pieces = 0; pieces < most; pieces++) {
			// Where nothing that is held can go out, the next row is needed to fill a request.
			while (!this.ended && this.held.isFull() && (this.underWay > 0 || this.held.hasAnswered()))
				await this.held.change();
			const next = this.ended ? undefined : await this.rows.next();
			if (!next || next.done) return;
			const numbers: number[] = [];
			for (const row of next.value) {
				if (this.turns.isOver()) await this.turns.next();
				const number = this.hold(row);
				if (number !== undefined) numbers.push(number);
			}
			if (this.setUp.isCancelled()) return this.end(CANCELLED);
			yield numbers;
		}
	}

	/** Holds a row until it goes out. Returns its number where it can be sent. */
	private hold(row: TableRow): number | undefined {
		const { table } = this.setUp;
		const fields = table.fieldsOf(row);
		const text = table.keptOf(row, fields);
		const sent = fields.ok ? this.readRow(fields.value) : fields;
		this.read++;
		if (sent.ok) return this.held.add(new FileRow(text, sent.value), text.length + rowSize(sent.value));
		this.settle(this.held.add(new FileRow(text), text.length), sent);
		return undefined;
	}

	private readRow(fields: Record<string, unknown>): Outcome<Row> {
		const { slot, readRow } = this.setUp;
		// What a file says of other files is nothing that n8n may be asked for.
		slot.json = withoutFiles(fields);
		try {
			const row = readRow(0);
			if (row instanceof LateRow) throw new Error('a row of a file has no files of its own');
			return success(row);
		} catch (error) {
			return failed(failureIn(error));
		}
	}

	private async exchange(...[batch]: Parameters<Exchange<Row, Json>>): ReturnType<Exchange<Row, Json>> {
		this.underWay++;
		try {
			const values = await this.setUp.exchange(batch);
			this.judge(values);
			return values;
		} finally {
			this.underWay--;
			this.onAnswer();
		}
	}

	/** Ends the run where it makes no sense to go on. */
	private judge(values: Outcome<unknown>): void {
		const belied = this.setUp.protocol.contradiction?.();
		if (belied) return this.end(belied);
		if (values.ok || values.failure.blame) {
			this.hasAnswer = true;
			this.misses = 0;
			return;
		}
		this.misses++;
		if (values.failure.kind === 'cancelled') this.end(values.failure);
		else if (!this.hasAnswer || this.misses >= MOST_MISSES) this.end(withReach(values.failure, this.good));
	}

	private settle(row: number, outcome: Outcome<Json>): void {
		const before = this.held.get(row)?.outcome;
		if (before) this[before.ok ? 'good' : 'bad']--;
		this[outcome.ok ? 'good' : 'bad']++;
		this.held.settle(row, outcome);
		if (!outcome.ok && this.bad > this.setUp.mostFailed) this.end(this.tooMany(row, outcome.failure));
	}

	/** Sees whether the rows that are answered were answered as they seem, and has those in doubt answered again. */
	private async lookBack(): Promise<void> {
		const { protocol } = this.setUp;
		while (!this.ended) {
			const { values = [], doubtful = [] } = protocol.hindsight?.() ?? {};
			for (const [row, value] of values) {
				this.settle(row, value instanceof RowFailed ? failed(value.failure) : success(value));
			}
			if (doubtful.length === 0) break;
			await this.scatter({ ...this.group, items: doubtful, limits: { rows: 1, bytes: protocol.limits.bytes } });
		}
		protocol.fix?.();
		this.setUp.table.decide(this.held.waitingRows().flatMap(({ outcome }) => (outcome?.ok ? [outcome.value] : [])));
	}

	private tooMany(row: number, failure: Failure): Failure {
		const request = placeOfFailed(this.held.get(row)?.kept.carrier, row, failure);
		const ending = tooManyFailed(row, this.bad, this.setUp.mostFailed, { ...failure, request });
		return withReach(ending, this.good);
	}
}
