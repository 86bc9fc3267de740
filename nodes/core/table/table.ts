/** A file as a table: its rows come in, and go out again with what became of them. */
import type { Outcome } from '../failure/outcome';
import type { Json } from '../json/json';

/** The name of what tells why a row has no prediction. */
export const ERROR = 'error';

/** What of a row goes out again: all of it, the columns that the model reads, or nothing. */
export type KeptColumns = 'all' | 'chosen' | 'none';

/** What comes out of a table. */
export interface TableOutput {
	/** The name of what a prediction goes to. */
	outputField: string;
	kept: KeptColumns;
	/** Whether rows that failed go into a file of their own. */
	isFailedApart: boolean;
}

/** One row as it stands in the file. */
export interface TableRow {
	/** The line that it begins in, from 1. */
	line: number;
	/** What stands there, without its end. */
	text: string;
}

/** The columns that a model reads, by the names that the user or a schema gives them. */
export interface ChosenColumns {
	/** Undefined where all columns are. */
	names?: readonly string[];
	/** Those that a row may do without. */
	optional?: readonly string[];
	/** The value of a column in a row. */
	valueOf(fields: Record<string, unknown>, name: string): unknown;
}

export interface Table<Row extends TableRow> {
	/** The rows that have come to their end. */
	push(text: string): Outcome<Row[]>;
	/** Those that are left when nothing follows any more. */
	end(): Outcome<Row[]>;
	/** Sees, before any row is sent, that the columns are there as far as a header tells. */
	choose(chosen: ChosenColumns): Outcome<unknown>;
	/** Columns that make way for what goes out; known once columns are chosen. */
	replaced(): string[];
	/** The fields of a row; a failure where it cannot be read. */
	fieldsOf(row: Row): Outcome<Record<string, unknown>>;
	/** What of a row goes out again. */
	keptOf(row: Row, fields: Outcome<Record<string, unknown>>): string;
	/** Decides the columns of predictions by the first ones. */
	decide(predictions: Iterable<Json>): void;
	/** How the file of predictions begins, and that of rows that failed. */
	head(): string;
	failedHead(): string;
	/** A line with a prediction, or with the reason why there is none, out of what was kept of the row. */
	scored(kept: string, prediction: Json): Outcome<string>;
	failed(kept: string, error: string): string;
}
