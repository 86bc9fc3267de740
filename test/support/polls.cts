/** Looking at a deployment's state every few milliseconds instead of every 5 seconds. */

const POLL = 5000;
const QUICK = 20;

/** For all tests of a file: a wait of just 5 seconds takes 20 milliseconds; all other waits take what they take. */
export function quickenPolls(): void {
	const { setTimeout: real } = globalThis;
	let spy: jest.SpyInstance;
	beforeAll(() => {
		spy = jest
			.spyOn(globalThis, 'setTimeout')
			.mockImplementation((run, delay, ...values) => real(run, delay === POLL ? QUICK : delay, ...values));
	});
	afterAll(() => spy.mockRestore());
}
