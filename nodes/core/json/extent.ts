/** How deep and how large data is: known before anything walks over it to its end. */
import { MOST_LEVELS } from './json';

/** More values are no request that a server reads. Data that holds one list many times over is written out each time. */
const MOST_VALUES = 20_000_000;

interface Extent {
	/** How many lists and objects stand in one another; Infinity where they do so without end. */
	levels: number;
	/** How many values there are, written out. */
	values: number;
}

const NOTHING: Extent = { levels: 0, values: 1 };
const ENDLESS: Extent = { levels: Infinity, values: Infinity };

/** Looks at every list and object once, however often it stands in others. `room` is how many levels there may still be. */
function extentOf(value: unknown, room: number, known: Map<object, Extent>): Extent {
	if (typeof value !== 'object' || value === null) return NOTHING;
	if (room === 0) return ENDLESS;
	const before = known.get(value);
	if (before) return before.levels > room ? ENDLESS : before;
	let levels = 0;
	let values = 1;
	for (const member of Array.isArray(value) ? value : Object.values(value)) {
		const inside = extentOf(member, room - 1, known);
		levels = Math.max(levels, inside.levels);
		values += inside.values;
	}
	const extent = { levels: levels + 1, values };
	known.set(value, extent);
	return extent;
}

/** What makes data too much to be sent: "is nested …". Undefined where nothing does. */
export function excessOf(value: unknown): string | undefined {
	const { levels, values } = extentOf(value, MOST_LEVELS, new Map());
	if (levels > MOST_LEVELS) return `is nested more than ${MOST_LEVELS} levels deep`;
	return values > MOST_VALUES ? `has more than ${MOST_VALUES.toLocaleString('en-US')} values` : undefined;
}
