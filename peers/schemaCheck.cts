/** Hopsworks' own check of rows, in a Python process of its own that answers line by line. */
import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { DeploymentSchema, RowError } from '../sandbox/schema/deploymentSchema.cts';
import { at, listOf, numberOf, read, recordOf, textOf } from '../test/support/json.cts';
import { installed, versionIn } from './python.cts';

/** The errors of a body's rows; a text where nobody can read it. */
export type Verdict = RowError[] | string;

export interface Checked {
	/** On each of the bodies. */
	verdicts: Verdict[];
	/** The schema as the library writes it: as itself, and in the formats of the REST API. */
	schema: DeploymentSchema;
	jsonschema: unknown;
	openapi: unknown;
}

function isSchema(value: unknown): value is DeploymentSchema {
	return ['servingKeys', 'passedFeatures', 'requestParameters', 'extraLoggingFeatures'].every((group) =>
		Array.isArray(at(value, group)),
	);
}

function errorOf(error: unknown): RowError {
	const { row, field, reason } = recordOf(error);
	return {
		row: row === null ? null : numberOf(row),
		field: field === null ? null : textOf(field),
		reason: textOf(reason),
	};
}

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

	async check(given: unknown, bodies: string[]): Promise<Checked> {
		const errors: string[] = [];
		const keep = (data: unknown): number => errors.push(String(data));
		this.python.stderr.on('data', keep);
		this.python.stdin.write(`${JSON.stringify({ schema: given, bodies })}\n`);
		const line = await this.lines.next();
		this.python.stderr.off('data', keep);
		if (line.done === true) throw new Error(`the check has ended:\n${errors.join('')}`);
		const { verdicts, schema, jsonschema, openapi } = recordOf(read(textOf(line.value)));
		if (!isSchema(schema)) throw new Error('that is no schema');
		return {
			verdicts: listOf(verdicts).map((one) => (typeof one === 'string' ? one : listOf(one).map(errorOf))),
			schema,
			jsonschema,
			openapi,
		};
	}

	async end(): Promise<void> {
		this.python.stdin.end();
		if (this.python.exitCode === null) await once(this.python, 'close');
	}
}
