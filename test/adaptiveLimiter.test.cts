/** The window of requests in flight: how it narrows and widens. */
import { setImmediate as turn } from 'node:timers/promises';
import { AdaptiveLimiter } from '../nodes/core/batching/adaptiveLimiter';

/**
 * Sends as many requests at once as there are replies, in generations: all that are in flight get their replies, calm or
 * congested, before the next come in. Gives the size of each generation.
 */
async function generations(window: AdaptiveLimiter, congested: boolean[]): Promise<number[]> {
	const sizes: number[] = [];
	const inFlight: number[] = [];
	for (const _reply of congested) void window.enter().then((place) => inFlight.push(place));
	const replies = [...congested];
	while (replies.length > 0) {
		await turn();
		const places = inFlight.splice(0);
		sizes.push(places.length);
		for (const place of places) window.leave(place, replies.shift() ?? false);
	}
	return sizes;
}

const calm = (count: number): boolean[] => Array<boolean>(count).fill(false);
const busy = (count: number): boolean[] => Array<boolean>(count).fill(true);

test('lets in as many as it is wide', async () => {
	expect(await generations(new AdaptiveLimiter(4), calm(10))).toEqual([4, 4, 2]);
});

test('halves once for all that were in flight together, and widens by one after four calm windows', async () => {
	const sizes = await generations(new AdaptiveLimiter(4), [...busy(4), ...calm(28)]);
	expect(sizes).toEqual([4, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4]);
});

test('goes back by one place where that one was too much, and tries it again after twice as long', async () => {
	const server = new AdaptiveLimiter(4);
	expect(await generations(server, [...busy(4), ...calm(8), ...busy(3), ...calm(16), ...busy(3), ...calm(2)])).toEqual([
		4, 2, 2, 2, 2, 3, 2, 2, 2, 2, 2, 2, 2, 2, 3, 2,
	]);
});

test('halves again where a server has less room than it had, and is then no more patient than at first', async () => {
	const server = new AdaptiveLimiter(8);
	// Back from a widening, and then even what was calm is too much.
	expect(await generations(server, [...busy(8), ...calm(16), ...busy(5), ...busy(4), ...calm(8), ...calm(1)])).toEqual([
		8, 4, 4, 4, 4, 5, 4, 2, 2, 2, 2, 1,
	]);
	// The next widening comes after four windows.
	expect(await generations(server, calm(3 * 4 + 4))).toEqual([3, 3, 3, 3, 4]);
});

test('never closes', async () => {
	expect(await generations(new AdaptiveLimiter(4), [...busy(9), ...calm(5)])).toEqual([4, 2, 1, 1, 1, 1, 1, 1, 1, 1]);
});
