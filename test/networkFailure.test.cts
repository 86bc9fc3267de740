/** What exceptions of n8n's HTTP helper tell of the network, in the forms that its versions give them. */
import { REST_PANEL } from '../nodes/core/failure/panel';
import { networkFailure } from '../nodes/n8n/networkFailure';

function failureOf(error: unknown): ReturnType<typeof networkFailure> {
	const broken = { url: 'https://gateway.example.com/v1', panel: REST_PANEL };
	return networkFailure(error, broken, { hasHead: false }, (text) => text);
}

test.each([
	['the exception itself', { code: 'ECONNREFUSED', message: 'connect ECONNREFUSED' }],
	[
		'the one behind it',
		{ message: 'Request failed', cause: { code: 'ECONNREFUSED', message: 'connect ECONNREFUSED' } },
	],
	['n8n 1 and early 2, in the place of a status', { httpCode: 'ECONNREFUSED', message: 'connect ECONNREFUSED' }],
])('the code of a connection is found in %s', (_where, error) => {
	expect(failureOf(error)).toMatchObject({ kind: 'connection', code: 'ECONNREFUSED' });
});

test('a status is no code of a connection', () => {
	expect(failureOf({ httpCode: '502', message: 'Bad gateway' }).code).not.toBe('502');
});
