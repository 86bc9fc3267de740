/** The polls of a trigger, one at a time: n8n does not wait for one that takes long before it makes the next. */

interface Turns {
	/** Polls that are under way or wait. */
	length: number;
	last: Promise<unknown>;
}

const turns = new Map<string, Turns>();

/**
 * Makes a poll once the one before it has ended, so that none compares with what the other is about to change. Where one
 * waits already there is nothing to do for another: `undefined`.
 */
export async function inTurn<Value>(key: string, poll: () => Promise<Value>): Promise<Value | undefined> {
	const own = turns.get(key) ?? { length: 0, last: Promise.resolve() };
	if (own.length > 1) return undefined;
	turns.set(key, own);
	own.length++;
	const { last } = own;
	const mine = (async () => {
		await last;
		return await poll();
	})();
	own.last = mine.catch(() => {});
	try {
		return await mine;
	} finally {
		own.length--;
		if (own.length === 0) turns.delete(key);
	}
}
