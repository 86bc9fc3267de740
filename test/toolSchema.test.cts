/** The parameters of a tool: a JSON Schema goes on as it is, what a validator keeps inside does not. */
import { readToolSchema } from '../nodes/core/language/toolSchema';

test.each([[undefined], [{}], [{ type: 'object', properties: { def: { type: 'string' } } }]])('%j goes on', (given) => {
	expect(readToolSchema('t', given)).toEqual({ ok: true, value: given });
});

test.each([
	[{ _def: {} }],
	[{ _zod: {} }],
	[{ def: {}, type: 'object' }],
	[{ '~standard': { version: 1 } }],
	[{ parse: () => ({}) }],
	['text'],
	[null],
])('%j does not', (given) => {
	expect(readToolSchema('t', given)).toMatchObject({
		ok: false,
		failure: { kind: 'input', message: expect.stringContaining("of the tool 't' are not a JSON Schema") },
	});
});
