/** Waits that take milliseconds instead of seconds. */
import * as cancel from '../../nodes/n8n/cancel';

const POLL = 5;
const QUICK = 0.02;

/** For all tests of a file: `shorten` says how many seconds a wait takes. */
function shortenWaits(shorten: (seconds: number) => number): void {
	const { pause } = cancel;
	let spy: jest.SpyInstance;
	beforeAll(() => {
		spy = jest
			.spyOn(cancel, 'pause')
			.mockImplementation(async (context, seconds) => await pause(context, shorten(seconds)));
	});
	afterAll(() => spy.mockRestore());
}

/** Looking at a deployment's state takes 20 milliseconds instead of 5 seconds; all other waits take what they take. */
export function quickenPolls(): void {
	shortenWaits((seconds) => (seconds === POLL ? QUICK : seconds));
}

/** No wait takes longer than so many seconds, a millisecond unless told otherwise. */
export function quickenWaits(longest = 0.001): void {
	shortenWaits((seconds) => Math.min(seconds, longest));
}
