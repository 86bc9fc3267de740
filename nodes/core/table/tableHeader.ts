/** The header of a CSV file: which columns there are, and what a row has in them. */
import { quoted } from '../failure/excerpt';
import { badInput, success, type Outcome } from '../failure/outcome';
import { pluralize } from '../failure/pluralize';
import type { CsvRow } from './csvRecords';

/** The header in the first record of a file. Fails where it cannot be read. */
export function readHeader(row: CsvRow | undefined): Outcome<TableHeader> {
	if (!row) return badInput('The file is empty', 'The first line has to hold the names of the columns.');
	return row.isMisquoted ? misquoted(row) : success(new TableHeader(row.cells));
}

export class TableHeader {
	private readonly places = new Map<string, number[]>();
	/** A row of which nothing is known. */
	private readonly blank: Record<string, string>;

	/** `names` are those of all columns in their order, empty ones and those that stand twice among them. */
	constructor(readonly names: readonly string[]) {
		for (const [place, name] of names.entries()) this.places.set(name, [...(this.places.get(name) ?? []), place]);
		this.blank = Object.fromEntries(names.map((name) => [name, '']));
	}

	/** Where the one column of a name stands, from 0. Fails where there is none, or more than one. */
	placeOf(name: string): Outcome<number> {
		const [place, another] = this.places.get(name) ?? [];
		if (place === undefined) {
			return badInput(
				`The file has no column ${quoted(name)}`,
				`Its columns are ${this.names.map(quoted).join(', ')}. Names are compared letter by letter.`,
			);
		}
		if (another === undefined) return success(place);
		return badInput(
			`The file has more than one column ${quoted(name)}`,
			`They are the columns ${(this.places.get(name) ?? []).map((one) => one + 1).join(', ')}. Give each a name of its own in the file.`,
		);
	}

	/** Whether every column has a name of its own, so that a row can be an object of all. */
	checkNames(): Outcome<readonly string[]> {
		const empty = this.names.indexOf('');
		if (empty !== -1) {
			return badInput(
				`Column ${empty + 1} of the file has no name`,
				empty === 0
					? "pandas' to_csv writes its index so: write the file with index=False, or choose the columns by name."
					: 'Give it a name in the first line of the file, or choose the columns by name.',
			);
		}
		const twice = [...this.places].find(([, places]) => places.length > 1);
		return twice ? withAdvice(this.placeOf(twice[0])) : success(this.names);
	}

	/** The cells of a row, which has to have as many as the header. */
	cellsOf(row: CsvRow): Outcome<string[]> {
		if (row.isMisquoted) return misquoted(row);
		if (row.cells.length === this.names.length) return success(row.cells);
		const cells = pluralize(row.cells.length, 'cell');
		const surplus = row.cells.slice(this.names.length).join(', ');
		return badInput(
			`Line ${row.line} has ${cells}, and the header has ${this.names.length.toLocaleString('en-US')}${surplus === '' ? '' : `: there is no column for ${quoted(surplus)}`}`,
			'Give the line a cell for each column. One that holds the delimiter or a line break has to be in quotes.',
		);
	}

	/** A row as an object of all columns. Where names stand twice the last one wins: `checkNames` tells before. */
	recordOf(row: CsvRow): Outcome<Record<string, string>> {
		const cells = this.cellsOf(row);
		if (!cells.ok) return cells;
		// A copy, in which every name is the row's own, '__proto__' too; made from its entries it would take four times as much.
		const record = { ...this.blank };
		for (let place = 0; place < this.names.length; place++) record[this.names[place] ?? ''] = cells.value[place] ?? '';
		return success(record);
	}
}

function withAdvice<Value>(outcome: Outcome<Value>): Outcome<never> {
	if (outcome.ok) throw new Error('a name that stands twice has a place');
	const { failure } = outcome;
	return { ok: false, failure: { ...failure, description: `${failure.description} Or choose the columns by name.` } };
}

function misquoted({ line }: CsvRow): Outcome<never> {
	return badInput(
		`In line ${line} text stands behind a closing quote`,
		'It cannot be told where the cell ends. Write a quote that is part of a text twice, and quotes around all of it: "12"" wide".',
	);
}
