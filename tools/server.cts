/**
 * A process that goes on until it is ended, or until whoever started it ends.
 * execa and get-port are of the last versions that are CommonJS: later ones are ES modules, which neither Node 20.17 nor jest
 * can load with require.
 */
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as wait } from 'node:timers/promises';
import execa from 'execa';

/** Milliseconds between two looks whether a server answers. */
const BETWEEN = 200;
/** Characters of what it wrote that are kept, to be shown where it does not start. */
const KEPT = 20_000;

export class Server {
	private readonly child: execa.ExecaChildProcess;
	private readonly result: Promise<execa.ExecaReturnValue>;
	private written = '';

	constructor(
		private readonly command: string,
		args: string[],
		options: execa.Options = {},
	) {
		this.child = execa(command, args, { stdin: 'ignore', buffer: false, all: true, reject: false, ...options });
		// Waited for from the first, or a program that is not there would end this process.
		this.result = Promise.resolve(this.child);
		// Read in any case, or a pipe that is full would stop it.
		this.child.all?.on('data', (data) => (this.written = `${this.written}${String(data)}`.slice(-KEPT)));
		void this.child.on('error', ({ message }) => (this.written += message));
	}

	get pid(): number | undefined {
		return this.child.pid;
	}

	private get hasEnded(): boolean {
		const { exitCode, signalCode } = this.child;
		return exitCode !== null || signalCode !== null;
	}

	private get failure(): Error {
		return new Error(`${this.command} did not start:\n${this.written}`);
	}

	/** Waits until an address answers well. Throws with what the process wrote where it ends before, or takes too long. */
	async untilAnswers(url: string, milliseconds = Infinity): Promise<void> {
		const end = Date.now() + milliseconds;
		while (Date.now() < end && !this.hasEnded) {
			const isReady = await fetch(url)
				.then(({ ok }) => ok)
				.catch(() => false);
			if (isReady) return;
			await wait(BETWEEN);
		}
		throw this.failure;
	}

	/** The first line that it prints. */
	async firstLine(): Promise<string> {
		if (!this.child.stdout) throw this.failure;
		const line = once(createInterface(this.child.stdout), 'line').then(([first]) => String(first));
		const ended = this.result.then(() => Promise.reject(this.failure));
		return await Promise.race([line, ended]);
	}

	/** Ends it, the hard way where it takes longer than five seconds. */
	async end(): Promise<void> {
		if (!this.hasEnded) this.child.kill();
		await this.result;
	}

	/** Ends it at once, as a machine does that goes down. */
	kill(): void {
		this.child.kill('SIGKILL');
	}
}
