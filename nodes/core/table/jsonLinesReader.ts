/** JSON Lines read piece by piece: one object a line. */
import { badInput, success, type Outcome } from '../failure/outcome';
import { isDeeperThan, isRecord, MOST_LEVELS, parseWritten } from '../json/json';
import { LONGEST_RECORD } from './csvReader';

export interface JsonLine {
	/** The line exactly as it stands in the file, without its end. */
	text: string;
	/** Its number in the file, from 1. */
	line: number;
}

/** Reads a file in pieces of any size. It holds the line whose end has not come, and leaves blank lines out. */
export class JsonLinesReader {
	/** How the first line of the file ends. */
	lineEnd = '\n';
	private pieces: string[] = [];
	private held = 0;
	private line = 1;

	/** The lines that have come to their end. */
	push(text: string): Outcome<JsonLine[]> {
		const end = text.lastIndexOf('\n');
		if (end === -1) {
			this.hold(text);
			return this.held > LONGEST_RECORD ? tooLong(this.line) : success([]);
		}
		const lines = this.cut(this.pieces.join('') + text.slice(0, end));
		this.pieces = [];
		this.held = 0;
		this.hold(text.slice(end + 1));
		return success(lines);
	}

	/** The line that is left when nothing follows any more. */
	end(): Outcome<JsonLine[]> {
		const rest = this.pieces.join('');
		this.pieces = [];
		return success(this.cut(rest));
	}

	private hold(text: string): void {
		this.pieces.push(text);
		this.held += text.length;
	}

	private cut(text: string): JsonLine[] {
		const lines: JsonLine[] = [];
		for (const whole of text.split('\n')) {
			const isReturned = whole.endsWith('\r');
			if (this.line === 1 && isReturned) this.lineEnd = '\r\n';
			const line = isReturned ? whole.slice(0, -1) : whole;
			if (line.trim() !== '') lines.push({ text: line, line: this.line });
			this.line++;
		}
		return lines;
	}
}

function tooLong(line: number): Outcome<never> {
	return badInput(
		`Line ${line} of the file has more than ${LONGEST_RECORD.toLocaleString('en-US')} characters`,
		'Check that the file has one JSON object a line.',
	);
}

/** The object of a line. Its numbers are as they were written: only `encode` knows what to do with them. */
export function readJsonLine({ text, line }: JsonLine): Outcome<Record<string, unknown>> {
	const value = parseWritten(text);
	if (isRecord(value)) {
		if (!isDeeperThan(value, MOST_LEVELS)) return success(value);
		return badInput(
			`Line ${line} of the file is nested more than ${MOST_LEVELS} levels deep`,
			'Leave the deeper members out of the file.',
		);
	}
	return value === undefined
		? badInput(
				`Line ${line} of the file is not JSON`,
				'Each line has to be one JSON object. NaN and Infinity are no JSON: write null in their place.',
			)
		: badInput(
				`Line ${line} of the file is not a JSON object`,
				'Each line has to be one JSON object with the columns as its members, such as {"amount": 10}.',
			);
}
