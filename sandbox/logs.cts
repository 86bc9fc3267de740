/** The log of a deployment's instance as the kubelet has it: lines with the time at which each was written. */
import type { Deployment } from './deployments.cts';

export interface LogLine {
	/** In milliseconds. */
	at: number;
	text: string;
	/** Only in the log of this instance; in that of all where absent. */
	instance?: string;
	/** Which instances have it: those that are started or replaced later begin anew. */
	generation: number;
}

/** How often the instances of a deployment were started or replaced. */
export function generationOf({ lifecycle: { starts, updates } }: Deployment): number {
	return starts + updates;
}

/** The second in which an instance writes the lines that it begins with. */
const BEGIN = Date.parse('2026-11-24T02:00:00Z');
const FIRST_LINES = 200;

/** Two lines have the same time, as clocks are coarse. */
function firstLines(name: string): Array<Pick<LogLine, 'at' | 'text'>> {
	return Array.from({ length: FIRST_LINES }, (_, index) => ({
		at: BEGIN + 2 * Math.floor(index / 2),
		text: `2026-11-24 02:00:00 INFO ${name} line ${index + 1}`,
	}));
}

export function linesOf(deployment: Deployment, instance: string): Array<Pick<LogLine, 'at' | 'text'>> {
	const generation = generationOf(deployment);
	const written = deployment.written.filter(
		(line) => line.generation === generation && (line.instance ?? instance) === instance,
	);
	return [...firstLines(deployment.name), ...written];
}

/** In the kubelet's form, which has nanoseconds. */
function timeOf(at: number): string {
	return new Date(at).toISOString().replace('Z', '000000Z');
}

export interface Part {
	/** From this second on. */
	since?: number;
	/** So many from the end. */
	tail?: number;
	hasTimes: boolean;
	/** After so many bytes it ends, be it in the middle of a line. */
	bytes: number;
}

/** A part of a log, and whether it ended before its end. */
export function read(lines: Array<Pick<LogLine, 'at' | 'text'>>, part: Part): { content: string; truncated: boolean } {
	const { since = -Infinity, tail = Infinity, hasTimes, bytes } = part;
	const wanted = lines.filter(({ at }) => at >= Math.floor(since / 1000) * 1000);
	const last = wanted.slice(Math.max(0, wanted.length - tail));
	const whole = last.map(({ at, text }) => `${hasTimes ? `${timeOf(at)} ` : ''}${text}\n`).join('');
	const buffer = Buffer.from(whole);
	const truncated = buffer.length > bytes;
	return { content: truncated ? buffer.subarray(0, bytes).toString() : whole, truncated };
}
