/** The file that comes out: rows with their predictions, as they become known, and what is told of them at the end. */
import type { IBinaryData } from 'n8n-workflow';
import { badReply, failed, success, type Outcome } from '../../core/failure/outcome';
import { pluralize } from '../../core/failure/pluralize';
import type { RequestPlace } from '../../core/failure/requestPlace';
import { Handover } from '../../core/handover';
import { gzip } from '../../core/table/gzip';
import type { OutputFile } from '../../core/table/outputFile';
import type { Table, TableRow } from '../../core/table/table';
import type { FileStream } from '../../n8n/fileStreams';
import { placeOfFailed } from '../../n8n/sentRows';
import { failureIn, take } from '../../n8n/unusable';
import type { FileScoring, ScoredRow } from './fileScoring';

/** Rows that are written at a time. */
const ROWS_A_PIECE = 2000;

/** Failures that are told one by one. */
const MOST_TOLD = 10;

/** What a file is written by. */
interface FileOutputSetUp {
	scoring: FileScoring;
	table: Table<TableRow>;
	stream: FileStream;
	file: OutputFile;
	/** Where rows go that failed, unless they stay in their place. */
	failedFile?: OutputFile;
}

/** What is told of a row that failed: where it stands in the file, why, and where it stood in the request that carried it. */
interface RowFailure {
	/** From 1, without the header. */
	row: number;
	error: string;
	requestId?: string;
	/** Named and counted as Hopsworks logs it: from 0. */
	requestRow?: number;
}

export class FileOutput {
	rows = 0;
	failed = 0;
	/** The first rows that failed. */
	readonly failures: RowFailure[] = [];
	/** Where the first of them stood in its request. */
	private place: RequestPlace | undefined;
	private apart: { rows: Handover<string>; stored: Promise<IBinaryData> } | undefined;

	constructor(private readonly setUp: FileOutputSetUp) {}

	/** Scores and stores all rows. Throws `unusable`; nothing is stored then. */
	async store(): Promise<{ file: IBinaryData; failedFile?: IBinaryData }> {
		const { scoring, file } = this.setUp;
		try {
			const stored = await this.write(() => this.pieces(), file);
			this.apart?.rows.finish();
			const failedFile = await this.apart?.stored;
			return { file: stored, ...(failedFile && { failedFile }) };
		} catch (error) {
			const failure = scoring.ended ?? failureIn(error);
			scoring.end(failure);
			this.apart?.rows.fail(error);
			await this.apart?.stored.catch(() => {});
			return take(failed(failure));
		}
	}

	private async write(pieces: () => AsyncIterable<string>, file: OutputFile): Promise<IBinaryData> {
		const { stream } = this.setUp;
		const bytes = (): AsyncIterable<Uint8Array> => (file.isPacked ? gzip(asBytes(pieces())) : asBytes(pieces()));
		return await stream.store(bytes, file.name, file.mediaType);
	}

	private async *pieces(): AsyncGenerator<string> {
		const { scoring, table } = this.setUp;
		let head: string | undefined;
		for await (const rows of scoring.outcomes(ROWS_A_PIECE)) {
			head ??= table.head();
			yield (this.rows === 0 ? head : '') + (await this.textOf(rows));
		}
		take(this.whole());
		if (head === undefined) yield table.head();
	}

	/** The lines of rows. Those of rows that failed go to their own file, where there is one. */
	private async textOf(rows: ScoredRow[]): Promise<string> {
		const { table, failedFile } = this.setUp;
		let text = '';
		let apart = '';
		for (const { kept, outcome, carrier } of rows) {
			this.rows++;
			const line = outcome.ok ? table.scored(kept, outcome.value) : outcome;
			if (line.ok) {
				text += line.value;
				continue;
			}
			const error = line.failure.message;
			this.failed++;
			if (this.failures.length < MOST_TOLD) {
				const place = placeOfFailed(carrier, this.rows, line.failure);
				if (this.failures.length === 0) this.place = place;
				const found = place && { requestId: place.id, ...(place.row !== undefined && { requestRow: place.row }) };
				this.failures.push({ row: this.rows, error, ...found });
			}
			if (failedFile) apart += table.failed(kept, error);
			else text += table.failed(kept, error);
		}
		if (failedFile && apart !== '') await this.putApart(apart, failedFile);
		return text;
	}

	private async putApart(lines: string, file: OutputFile): Promise<void> {
		if (!this.apart) {
			const rows = new Handover<string>();
			const stored = this.write(() => rows, file);
			// Whoever waits for it is told; the other file is given up at once.
			stored.catch((error: unknown) => {
				rows.finish();
				this.setUp.scoring.end(failureIn(error));
			});
			this.apart = { rows, stored };
			await rows.put(this.setUp.table.failedHead());
		}
		await this.apart.rows.put(lines);
	}

	/** What is told at the end of all rows: a file without any prediction is none. */
	private whole(): Outcome<unknown> {
		const { scoring } = this.setUp;
		const [first] = this.failures;
		if (scoring.ended) return failed(scoring.ended);
		if (!first || this.failed < this.rows) return success(undefined);
		const none = badReply(
			`None of the ${pluralize(this.rows, 'row')} of the file could be scored. Row ${first.row}: ${first.error}`,
			'No file comes out. If the other rows failed for other reasons, score some of them as items to see these.',
		);
		return failed({ ...none.failure, request: this.place });
	}
}

async function* asBytes(pieces: AsyncIterable<string>): AsyncGenerator<Uint8Array> {
	for await (const piece of pieces) if (piece !== '') yield Buffer.from(piece);
}
