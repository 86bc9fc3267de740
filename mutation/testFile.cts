/** Runs the tests of one file with jest's own parts, inside this process. */
import { jestExpect } from '@jest/expect';
import {
	addEventHandler,
	afterAll,
	afterEach,
	beforeAll,
	beforeEach,
	describe,
	getState,
	it,
	resetState,
	run,
	test,
	type State,
} from 'jest-circus';
import { ModuleMocker } from 'jest-mock';
import { Modules } from './modules.cts';

type Block = State['rootDescribeBlock'];
type Test = NonNullable<State['currentlyRunningTest']>;

export interface Ran {
	id: string;
	milliseconds: number;
	failure?: string;
}

export interface Watch {
	/** Whether a test is to run. */
	wants(id: string): boolean;
	/** Called before the first test and its hooks. */
	onLoaded?(): void;
	/** Called when a test begins, with its name, and when none runs any more. */
	onTest?(id: string | undefined): void;
	/** Skips the rest of the file after a failure. */
	bail: boolean;
}

const mocker = new ModuleMocker(globalThis);
const jest = {
	fn: mocker.fn.bind(mocker),
	spyOn: mocker.spyOn.bind(mocker),
	restoreAllMocks: mocker.restoreAllMocks.bind(mocker),
};
Object.assign(globalThis, { afterAll, afterEach, beforeAll, beforeEach, describe, expect: jestExpect, it, jest, test });

function testsIn(block: Block): Test[] {
	return block.children.flatMap((child) => (child.type === 'describeBlock' ? testsIn(child) : [child]));
}

function nameOf(one: Test): string {
	const names: string[] = [one.name];
	for (let block: Block = one.parent; block.parent; block = block.parent) names.unshift(block.name);
	return names.join(' ');
}

/** Names of tests made of the same cases may be the same: a number tells them apart. */
function identify(file: string, tests: Test[]): Map<Test, string> {
	const seen = new Map<string, number>();
	return new Map(
		tests.map((one) => {
			const name = `${file} ${nameOf(one)}`;
			const times = (seen.get(name) ?? 0) + 1;
			seen.set(name, times);
			return [one, times === 1 ? name : `${name} (${times})`];
		}),
	);
}

let onEvent: (event: { name: string; test?: Test }) => void = () => {};
addEventHandler((event) => onEvent(event));

function textOf(error: unknown): string {
	if (Array.isArray(error)) return error.map(textOf).find((text) => text !== 'undefined') ?? '';
	return error instanceof Error ? error.message : String(error);
}

/** Leaves the process as it was: environment, spies and listeners are shared by all files. */
async function apart<Result>(work: () => Promise<Result>, onStray: (error: unknown) => void): Promise<Result> {
	const environment = { ...process.env };
	process.on('uncaughtException', onStray);
	process.on('unhandledRejection', onStray);
	try {
		return await work();
	} finally {
		process.off('uncaughtException', onStray);
		process.off('unhandledRejection', onStray);
		mocker.restoreAllMocks();
		for (const name of Object.keys(process.env)) if (!(name in environment)) delete process.env[name];
		Object.assign(process.env, environment);
	}
}

export async function runTestFile(path: string, file: string, watch: Watch): Promise<Ran[]> {
	const ran: Ran[] = [];
	let stray: string | undefined;
	await apart(
		async () => {
			resetState();
			try {
				new Modules().load(path);
			} catch (error) {
				ran.push({ id: file, milliseconds: 0, failure: textOf(error) });
				return;
			}
			watch.onLoaded?.();
			const { rootDescribeBlock } = getState();
			const tests = testsIn(rootDescribeBlock);
			const ids = identify(file, tests);
			for (const [one, id] of ids) if (!watch.wants(id)) one.mode = 'skip';
			onEvent = ({ name, test: one }) => {
				const id = one && ids.get(one);
				if (!one || id === undefined || one.mode === 'skip') return;
				if (name === 'test_start') watch.onTest?.(id);
				if (name !== 'test_done') return;
				watch.onTest?.(undefined);
				const failure = one.errors.length > 0 ? textOf(one.errors[0]) : stray;
				stray = undefined;
				ran.push({ id, milliseconds: one.duration ?? 0, ...(failure !== undefined && { failure }) });
				if (failure === undefined || !watch.bail) return;
				for (const other of tests) other.mode = 'skip';
			};
			const { unhandledErrors } = await run();
			const failure = unhandledErrors[0] ?? stray;
			if (failure !== undefined) ran.push({ id: file, milliseconds: 0, failure });
		},
		(error) => (stray = textOf(error)),
	);
	onEvent = () => {};
	return ran;
}
