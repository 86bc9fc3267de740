/** A CSV file as a table. */
import { success, type Outcome } from '../failure/outcome';
import type { Json } from '../json/json';
import { CsvReader } from './csvReader';
import type { CsvRow } from './csvRecords';
import { PredictionColumns } from './predictionColumns';
import { ERROR, type ChosenColumns, type Table, type TableOutput } from './table';
import { readHeader, TableHeader } from './tableHeader';
import { csvRecord, openRecord } from './tableWriter';

export class CsvTable implements Table<CsvRow> {
	private readonly reader: CsvReader;
	private readonly columns: PredictionColumns;
	private header: TableHeader | undefined;
	private headerRow: CsvRow | undefined;
	/** Where the columns stand that go out again; undefined where whole rows do. */
	private places: number[] | undefined;

	/** `delimiter` where it is not to be found; `hasMark` where the file begins with a byte order mark, as what comes out then does. */
	constructor(
		private readonly output: TableOutput,
		delimiter: string | undefined,
		private readonly hasMark: () => boolean,
	) {
		this.reader = new CsvReader(delimiter);
		this.columns = new PredictionColumns(output.outputField);
	}

	push(text: string): Outcome<CsvRow[]> {
		return this.behindHeader(this.reader.push(text), false);
	}

	end(): Outcome<CsvRow[]> {
		return this.behindHeader(this.reader.end(), true);
	}

	private behindHeader(rows: Outcome<CsvRow[]>, isLast: boolean): Outcome<CsvRow[]> {
		if (!rows.ok || this.header) return rows;
		const [first, ...others] = rows.value;
		if (!first && !isLast) return rows;
		const header = readHeader(first);
		if (!header.ok) return header;
		this.header = header.value;
		this.headerRow = first;
		return success(others);
	}

	choose({ names, optional = [] }: ChosenColumns): Outcome<unknown> {
		const header = this.known();
		const present = optional.filter((name) => header.names.includes(name));
		const found = names && [...names, ...present].map((name) => header.placeOf(name));
		const problem = found ? found.find((place) => !place.ok) : header.checkNames();
		if (problem && !problem.ok) return problem;
		const chosen = (found ?? []).flatMap((place) => (place.ok ? [place.value] : []));
		const all = [...header.names.keys()];
		const kept = { all, chosen: names ? chosen : all, none: [] }[this.output.kept];
		const places = kept.filter((place) => !this.isReplaced(header.names[place] ?? ''));
		this.places = places.length === all.length ? undefined : places;
		return success(undefined);
	}

	replaced(): string[] {
		return this.output.kept === 'none' ? [] : this.known().names.filter((name) => this.isReplaced(name));
	}

	fieldsOf(row: CsvRow): Outcome<Record<string, unknown>> {
		return this.known().recordOf(row);
	}

	keptOf(row: CsvRow, { ok }: Outcome<unknown>): string {
		if (!this.places && ok) return openRecord(row, this.delimiter());
		const places = this.places ?? [...this.known().names.keys()];
		const cells = places.map((place) => row.cells[place] ?? '');
		return csvRecord(cells, this.delimiter());
	}

	decide(predictions: Iterable<Json>): void {
		this.columns.decide(predictions);
	}

	head(): string {
		return this.headOf([...this.columns.names, ...(this.output.isFailedApart ? [] : [ERROR])]);
	}

	failedHead(): string {
		return this.headOf([ERROR]);
	}

	scored(kept: string, prediction: Json): Outcome<string> {
		const cells = this.columns.cellsOf(prediction);
		if (!cells.ok) return cells;
		return success(this.line(kept, this.output.isFailedApart ? cells.value : [...cells.value, '']));
	}

	failed(kept: string, error: string): string {
		return this.line(kept, this.output.isFailedApart ? [error] : [...this.columns.names.map(() => ''), error]);
	}

	private headOf(added: string[]): string {
		const mark = this.hasMark() ? '\ufeff' : '';
		const separator = this.reader.separatorLine;
		const first = separator === undefined ? '' : separator + this.reader.lineEnd;
		const kept = this.headerRow ? this.keptOf(this.headerRow, success(undefined)) : '';
		return mark + first + this.line(kept, added);
	}

	private line(kept: string, added: string[]): string {
		const delimiter = this.delimiter();
		const hasKept = this.places === undefined || this.places.length > 0;
		return (hasKept ? kept + delimiter : '') + csvRecord(added, delimiter) + this.reader.lineEnd;
	}

	/** A file of one column needs one as soon as predictions stand beside it. */
	private delimiter(): string {
		return this.reader.delimiter ?? ',';
	}

	/** Columns of an earlier run, whose names those that go out have. */
	private isReplaced(name: string): boolean {
		const { outputField } = this.output;
		return name === ERROR || name === outputField || name.startsWith(`${outputField}.`);
	}

	private known(): TableHeader {
		return this.header ?? new TableHeader([]);
	}
}
