/** Several ways of the same, timed in turn, and what a table says of two of them. */
import { median } from './median.cts';
import type { Scored } from './script.cts';

/** Runs that count, and runs before the clock counts: an n8n that works through the night is warm. */
export interface Effort {
	times: number;
	warmUps: number;
}

/** Runs of each arm that count, unless told otherwise. */
export const TIMES = 5;
export const USUAL: Effort = { times: TIMES, warmUps: 40 };
/** For what takes long. */
export const FEWER: Effort = { times: TIMES, warmUps: 4 };

/**
 * Median milliseconds of several arms, run in turn so that whatever slows the machine slows all of them; every other time
 * the last comes first, so that none always cleans up after the same one.
 */
export async function inTurn(
	arms: Array<() => Promise<Scored>>,
	{ times, warmUps }: Effort = USUAL,
): Promise<number[]> {
	for (let time = 0; time < warmUps; time++) for (const arm of arms) await arm();
	const measured = arms.map((): number[] => []);
	for (let time = 0; time < times; time++) {
		const order = [...arms.entries()];
		for (const [index, arm] of time % 2 === 0 ? order : order.reverse()) {
			measured[index]?.push((await arm()).milliseconds);
		}
	}
	return measured.map(median);
}

export interface Line {
	what: string;
	measured: string;
	bar: string;
	met: boolean;
}

export function ratioLine(what: string, [ours = NaN, floor = NaN]: number[], bar: number): Line {
	const ratio = ours / floor;
	const measured = `${ours.toFixed(0)} ms against ${floor.toFixed(0)} ms: ${ratio.toFixed(2)} ×`;
	return { what, measured, bar: `at most ${bar} ×`, met: ratio <= bar };
}
