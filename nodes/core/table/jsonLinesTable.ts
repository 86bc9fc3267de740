/** A file of JSON Lines as a table. */
import { success, type Outcome } from '../failure/outcome';
import { encode, type Json } from '../json/json';
import { JsonLinesReader, readJsonLine, type JsonLine } from './jsonLinesReader';
import type { ChosenColumns, Table, TableOutput } from './table';

const ERROR = 'error';

/** What a line that is no object goes out as. */
const LINE = 'line';

/** What is kept of a row is the JSON text of an object without its last brace. */
export class JsonLinesTable implements Table<JsonLine> {
	private readonly reader = new JsonLinesReader();
	private chosen: ChosenColumns | undefined;
	private readonly found = new Set<string>();

	constructor(private readonly output: TableOutput) {}

	push(text: string): Outcome<JsonLine[]> {
		return this.reader.push(text);
	}

	end(): Outcome<JsonLine[]> {
		return this.reader.end();
	}

	choose(chosen: ChosenColumns): Outcome<unknown> {
		this.chosen = chosen;
		return success(undefined);
	}

	replaced(): string[] {
		return [...this.found];
	}

	fieldsOf(row: JsonLine): Outcome<Record<string, unknown>> {
		return readJsonLine(row);
	}

	keptOf({ text }: JsonLine, fields: Outcome<Record<string, unknown>>): string {
		if (!fields.ok) return `{${encode(LINE)}:${encode(text)}`;
		const { kept } = this.output;
		if (kept === 'none') return '{';
		const replaced = [this.output.outputField, ERROR].filter((name) => Object.hasOwn(fields.value, name));
		for (const name of replaced) this.found.add(name);
		const names = kept === 'chosen' ? this.chosen?.names : undefined;
		if (!names && replaced.length === 0) return text.slice(0, text.lastIndexOf('}')).trimEnd();
		return open(this.membersOf(fields.value, names).filter(([name]) => !replaced.includes(name)));
	}

	decide(): void {}

	head(): string {
		return '';
	}

	failedHead(): string {
		return '';
	}

	scored(kept: string, prediction: Json): Outcome<string> {
		return success(this.line(kept, this.output.outputField, prediction));
	}

	failed(kept: string, error: string): string {
		return this.line(kept, ERROR, error);
	}

	/** All members of a row, or the chosen ones. */
	private membersOf(fields: Record<string, unknown>, names: readonly string[] | undefined): Array<[string, unknown]> {
		const { optional = [], valueOf } = this.chosen ?? {};
		return names ? [...names, ...optional].map((name) => [name, valueOf?.(fields, name)]) : Object.entries(fields);
	}

	private line(kept: string, name: string, value: Json): string {
		const comma = kept.endsWith('{') && kept.trim() === '{' ? '' : ',';
		return `${kept}${comma}${encode(name)}:${encode(value)}}${this.reader.lineEnd}`;
	}
}

/** An object of members, without its last brace. Those without a value are left out. */
function open(members: ReadonlyArray<readonly [string, unknown]>): string {
	const texts = members.flatMap(([name, value]) => (value === undefined ? [] : [`${encode(name)}:${encode(value)}`]));
	return `{${texts.join()}`;
}
