/** A file of JSON Lines as a table. */
import { success, type Outcome } from '../failure/outcome';
import { encode, type Json } from '../json/json';
import { JsonLinesReader, readJsonLine, type JsonLine } from './jsonLinesReader';
import { ERROR, type ChosenColumns, type Table, type TableOutput } from './table';
import { closeObject, openObject } from './tableWriter';

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
		const { kept, outputField } = this.output;
		if (kept === 'none') return '{';
		const outgoing = [outputField, ERROR];
		for (const name of outgoing) if (Object.hasOwn(fields.value, name)) this.found.add(name);
		const names = kept === 'chosen' ? this.chosen?.names : undefined;
		if (!names) return openObject(text, fields.value, outgoing);
		const members = this.chosenIn(fields.value, names).filter(([name]) => !outgoing.includes(name));
		return encode(Object.fromEntries(members)).slice(0, -1);
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

	/** The chosen columns of a row, those without a value aside. */
	private chosenIn(fields: Record<string, unknown>, names: readonly string[]): Array<[string, unknown]> {
		const { optional = [], valueOf } = this.chosen ?? {};
		return [...names, ...optional].map((name) => [name, valueOf?.(fields, name)]);
	}

	private line(kept: string, name: string, value: Json): string {
		return closeObject(kept, [[name, encode(value)]]) + this.reader.lineEnd;
	}
}
