/**
 * Where jest runs a test file: in the process's own context, so that packages which stay loaded and tests share their classes.
 * runtime.cjs keeps the packages; this leaves the process as it was found. `@jest-environment node` in a test file's first
 * comment gives it a context and packages of its own.
 */
import { createContext } from 'node:vm';
import { ModuleMocker } from 'jest-mock';

/** Jest wants one to say how errors look that come after a test file. */
const spare = createContext({});

/** What jest would find again in the next test file, which it takes for a new context. */
const LEFT_BY_JEST = ['EVENT_HANDLERS', 'JEST_STATE_SYMBOL'];

export default class OneContext {
	readonly sharesPackages = true;
	readonly global = globalThis;
	readonly moduleMocker = new ModuleMocker(globalThis);
	readonly fakeTimers = null;
	readonly fakeTimersModern = null;
	private readonly variables = { ...process.env };
	private readonly exit = Object.getOwnPropertyDescriptor(process, 'exit');
	private readonly console = globalThis.console;

	getVmContext() {
		return spare;
	}

	exportConditions(): string[] {
		return ['node', 'node-addons'];
	}

	async setup(): Promise<void> {
		// As in n8n, and not the hundred calls that jest sets: every matcher makes an error, whether it passes or not.
		Error.stackTraceLimit = 10;
	}

	async teardown(): Promise<void> {
		this.moduleMocker.restoreAllMocks();
		for (const name of Object.keys(process.env)) if (!(name in this.variables)) delete process.env[name];
		Object.assign(process.env, this.variables);
		if (this.exit) Object.defineProperty(process, 'exit', this.exit);
		globalThis.console = this.console;
		for (const symbol of Object.getOwnPropertySymbols(globalThis)) {
			if (LEFT_BY_JEST.includes(symbol.description ?? '')) Reflect.deleteProperty(globalThis, symbol);
		}
	}
}
