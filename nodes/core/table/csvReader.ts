/** CSV read piece by piece: RFC 4180, and what people have. */
import { badInput, success, type Outcome } from '../failure/outcome';
import { csvRecords, type CsvRow } from './csvRecords';
import { findDelimiter } from './delimiter';

/** Characters by which the delimiter is found. */
const SAMPLE = 64 * 1024;

/** A longer record is none: a quote that nobody closed would gather the whole rest of a file. */
export const LONGEST_RECORD = 8 * 1024 * 1024;

/** Characters in which the line ends that tells Excel the delimiter. */
const SEPARATOR = 8;

/** The line by which Excel is told the delimiter. */
const SEPARATOR_LINE = /^(sep=([^"\r\n]))(\r\n|\n|\r|$)/i;

/**
 * Reads a file in pieces of any size, best of some 64 KB: each is read at one go. Of what was given to it, it holds the
 * record whose end has not come. The header is a record like any other. Blank lines are left out.
 */
export class CsvReader {
	/** What stands between cells, once a record has come out; undefined where each line is one cell. */
	delimiter: string | undefined;
	/** How the first line of the file ends. */
	lineEnd = '\n';
	/** The first line of the file where that is Excel's `sep=;`, which is no record: to be written again, so that Excel reads what comes out. */
	separatorLine: string | undefined;
	private pieces: string[] = [];
	private held = 0;
	/** How much has to be there before it is looked at (again): twice as much each time, so that nothing is looked at often. */
	private wanted: number;
	private line = 1;
	private hasBegun = false;
	private knowsLineEnd = false;

	/** `given` is the delimiter where it is not to be found. */
	constructor(private readonly given?: string) {
		this.wanted = given === undefined ? SAMPLE : SEPARATOR;
	}

	/** The records that have come to their end. */
	push(text: string): Outcome<CsvRow[]> {
		this.pieces.push(text);
		this.held += text.length;
		return this.held < this.wanted ? success([]) : this.read(false);
	}

	/** The records that are left when nothing follows any more. */
	end(): Outcome<CsvRow[]> {
		return this.read(true);
	}

	private read(isLast: boolean): Outcome<CsvRow[]> {
		let text = this.pieces.join('');
		if (!this.hasBegun) text = this.begin(text, isLast);
		const { rows, rest, line, lineEnd, openQuote } = csvRecords(text, this.delimiter, isLast, this.line);
		this.line = line;
		if (lineEnd !== undefined) this.noteLineEnd(lineEnd);
		if (openQuote !== undefined && isLast) return unclosed(openQuote);
		const left = text.slice(rest);
		if (left.length > LONGEST_RECORD) return tooLong(line, openQuote);
		this.pieces = [left];
		this.held = left.length;
		this.wanted = 2 * left.length + 1;
		return success(rows);
	}

	private noteLineEnd(lineEnd: string): void {
		if (!this.knowsLineEnd && lineEnd !== '') this.lineEnd = lineEnd;
		this.knowsLineEnd = true;
	}

	/** Looks at the beginning of the file. Returns the text of its records. */
	private begin(text: string, isWhole: boolean): string {
		this.hasBegun = true;
		const [whole = '', separatorLine, separator, lineEnd] = SEPARATOR_LINE.exec(text) ?? [];
		this.separatorLine = separatorLine;
		if (whole !== '') this.line++;
		if (lineEnd !== undefined) this.noteLineEnd(lineEnd);
		const records = text.slice(whole.length);
		const isSample = text.length > SAMPLE;
		this.delimiter =
			this.given ?? separator ?? findDelimiter(records.slice(0, SAMPLE - whole.length), isWhole && !isSample);
		return records;
	}
}

function unclosed(line: number): Outcome<never> {
	return badInput(
		`The quote that opens in line ${line} of the file is never closed`,
		'The rest of the file stands in that one cell. Close the quote, or write a quote that is part of a text twice: "".',
	);
}

function tooLong(line: number, openQuote: number | undefined): Outcome<never> {
	const most = LONGEST_RECORD.toLocaleString('en-US');
	return badInput(
		`The row that begins in line ${line} of the file has more than ${most} characters`,
		openQuote === undefined
			? 'Check that the file is a table with one row a line.'
			: `A quote opens in line ${openQuote} and is not closed. Close it, or write a quote that is part of a text twice: "".`,
	);
}
