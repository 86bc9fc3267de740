/** Lines of a log and the times at which they were written, as Kubernetes puts them before each (hopsworks-api: `serving_engine.py`). */

const STAMP = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)) ?/;

/** A line with its end, or the last one without. */
const LINE = /[^\n]*\n|[^\n]+$/g;

/** A time as the REST API takes it: it looks at whole seconds. */
export function wholeSecond(time: number): string {
	return new Date(Math.floor(time / 1000) * 1000).toISOString().replace('.000Z', 'Z');
}

/**
 * The lines that were written at a time or later, with that time before each or without; `undefined` where no line tells it.
 * A line without a time goes on with the one before it.
 */
export function timedLines(content: string, since: number, keepsTimes: boolean): string | undefined {
	let isTold = content === '';
	let isWanted = true;
	const kept: string[] = [];
	for (const [line] of content.matchAll(LINE)) {
		const [stamp = '', time = ''] = STAMP.exec(line) ?? [];
		const written = Date.parse(time);
		const isStamped = !Number.isNaN(written);
		isTold ||= isStamped;
		if (isStamped) isWanted = written >= since;
		if (isWanted) kept.push(isStamped && !keepsTimes ? line.slice(stamp.length) : line);
	}
	return isTold ? kept.join('') : undefined;
}

/** How many lines a text has. */
export function lineCount(content: string): number {
	let count = 0;
	for (let at = 0; at < content.length; count++) {
		const end = content.indexOf('\n', at);
		at = end === -1 ? content.length : end + 1;
	}
	return count;
}
