/** How reading fails: what the user gave is told from what n8n throws and from a fault of the node. */
import { badInput, success } from '../nodes/core/failure/outcome';
import { attempt, fromN8n, take, unusable } from '../nodes/n8n/unusable';

const failureOf = async (read: () => unknown) => {
	const outcome = await attempt(read);
	return outcome.ok ? undefined : outcome.failure;
};

test('what cannot be used is the failure of what the user gave', async () => {
	const failure = { kind: 'input', message: "'Rows' is empty", description: 'Give it a row.' };
	expect(await failureOf(() => unusable("'Rows' is empty", 'Give it a row.'))).toEqual(failure);
	expect(await failureOf(() => take(badInput("'Rows' is empty", 'Give it a row.')))).toEqual(failure);
	expect(await attempt(() => take(success(5)))).toEqual({ ok: true, value: 5 });
});

test.each<[string, unknown]>([
	['Cannot read properties of undefined', new TypeError('Cannot read properties of undefined')],
	['Maximum call stack size exceeded', new RangeError('Maximum call stack size exceeded')],
	['A field could not be read', 'a text'],
	['A field could not be read', undefined],
])('"%s" out of the node itself is a fault of the node, whatever was thrown', async (words, thrown) => {
	const broken = (): never => {
		throw thrown;
	};
	expect(await failureOf(broken)).toMatchObject({
		kind: 'node',
		message: expect.stringContaining(words === 'Maximum call stack size exceeded' ? 'nested too deep' : words),
	});
	expect(await failureOf(async () => broken())).toMatchObject({ kind: 'node' });
});

test('what n8n throws is about what the user gave, in its own words where it has some', async () => {
	const thrown = (error: Error) => failureOf(() => fromN8n(() => Promise.reject(error)));
	expect(await thrown(new TypeError('no such file'))).toEqual({
		kind: 'input',
		message: 'no such file',
		description: "Check the expressions in the node's fields.",
	});
	expect(await thrown(Object.assign(new Error('no'), { description: 'Look.' }))).toMatchObject({
		description: 'Look.',
	});
	expect(await thrown(new RangeError('Maximum call stack size exceeded'))).toMatchObject({
		message: 'A value is nested too deep to be read',
	});
	expect(await attempt(() => fromN8n(async () => 5))).toEqual({ ok: true, value: 5 });
});
