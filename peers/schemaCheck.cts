/** Hopsworks' own check of rows, in a Python process of its own that answers line by line. */
import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { listOf, read, textOf } from '../test/support/json.cts';
import { installed, versionIn } from './python.cts';

/** Why the rows of a body are refused, each ''  where it is not; a single text where nobody can read the body. */
export type Verdict = string[] | string;

export class SchemaCheck {
	private readonly lines: AsyncIterator<string>;

	private constructor(
		private readonly python: ChildProcessWithoutNullStreams,
		readonly version: string,
	) {
		this.lines = createInterface({ input: python.stdout })[Symbol.asyncIterator]();
	}

	static async start(): Promise<SchemaCheck> {
		const programs = await installed('kserve');
		const version = `hopsworks ${await versionIn(programs, 'hopsworks')}`;
		return new SchemaCheck(spawn(join(programs, 'python'), [join(__dirname, 'schema_rows.py')]), version);
	}

	/** The verdict on each of the request bodies. */
	async verdicts(schema: unknown, bodies: string[]): Promise<Verdict[]> {
		const errors: string[] = [];
		const keep = (data: unknown): number => errors.push(String(data));
		this.python.stderr.on('data', keep);
		this.python.stdin.write(`${JSON.stringify({ schema, bodies })}\n`);
		const line = await this.lines.next();
		this.python.stderr.off('data', keep);
		if (line.done === true) throw new Error(`the check has ended:\n${errors.join('')}`);
		return listOf(read(textOf(line.value))).map((verdict) =>
			typeof verdict === 'string' ? verdict : listOf(verdict).map(textOf),
		);
	}

	async end(): Promise<void> {
		this.python.stdin.end();
		if (this.python.exitCode === null) await once(this.python, 'close');
	}
}
