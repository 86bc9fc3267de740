/** Looking at a deployment's state every few milliseconds instead of every 5 seconds. */
import * as cancel from '../../nodes/hopsworks/cancel';

const POLL = 5;
const QUICK = 0.02;

/** For all tests of a file: a wait of just 5 seconds takes 20 milliseconds; all other waits take what they take. */
export function quickenPolls(): void {
	const { pause } = cancel;
	let spy: jest.SpyInstance;
	beforeAll(() => {
		spy = jest
			.spyOn(cancel, 'pause')
			.mockImplementation(async (context, seconds) => await pause(context, seconds === POLL ? QUICK : seconds));
	});
	afterAll(() => spy.mockRestore());
}
