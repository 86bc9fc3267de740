/** What a process took, as peak.cjs wrote it at its end. */
import { existsSync, readFileSync } from 'node:fs';
import { at, numberOf, read } from '../test/support/json.cts';

export interface Usage {
	/** The most memory that it held. */
	megabytes: number;
	/** From its start to its end. */
	seconds: number;
	/** What it kept the processors busy for. */
	processorSeconds: number;
}

export function readUsage(file: string): Usage {
	const used = read(readFileSync(file, 'utf8'));
	const number = (name: keyof Usage): number => numberOf(at(used, name));
	return {
		megabytes: number('megabytes'),
		seconds: number('seconds'),
		processorSeconds: number('processorSeconds'),
	};
}

/** The same, undefined where the process was broken off. */
export function usageIfWhole(file: string): Usage | undefined {
	return existsSync(file) ? readUsage(file) : undefined;
}
