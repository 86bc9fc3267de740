import { connectionFailure, timeoutFailure } from '../nodes/core/failure/connectionFailure';
import { isRetryable, retryAfter, retryWait } from '../nodes/core/failure/retry';
import { PREDICT_PANEL } from '../nodes/core/failure/panel';
import { statusFailure } from '../nodes/core/failure/statusFailure';
import { replyOf } from '../nodes/core/json/reply';

const failure = (status: number) => statusFailure(status, replyOf(''), { panel: PREDICT_PANEL });

test.each([429, 502, 503])('%i is tried again', (status) => {
	expect(isRetryable(failure(status), false)).toBe(true);
});

test.each([301, 400, 401, 403, 404, 405, 409, 413, 415, 422, 431, 500, 501])('%i never', (status) => {
	expect(isRetryable(failure(status), true)).toBe(false);
});

test('504 and time-outs only when asked', () => {
	expect([failure(504), timeoutFailure(1, PREDICT_PANEL)].map((one) => isRetryable(one, false))).toEqual([
		false,
		false,
	]);
	expect([failure(504), timeoutFailure(1, PREDICT_PANEL)].map((one) => isRetryable(one, true))).toEqual([true, true]);
});

test('connections that were refused or reset, but not certificates or unknown hosts', () => {
	const codes = ['ECONNREFUSED', 'ECONNRESET', 'EAI_AGAIN', 'ENOTFOUND', 'CERT_HAS_EXPIRED'];
	expect(codes.map((code) => isRetryable(connectionFailure('h', code, '', { panel: PREDICT_PANEL }), false))).toEqual([
		true,
		true,
		true,
		false,
		false,
	]);
});

describe('Retry-After', () => {
	const now = Date.UTC(2026, 10, 23, 12, 0, 0);

	test.each([
		['120', 120],
		['0', 0],
		['Mon, 23 Nov 2026 12:00:30 GMT', 30],
		['Mon, 23 Nov 2026 11:00:00 GMT', 0],
	])('%s asks for %d seconds', (header, seconds) => {
		expect(retryAfter(header, '', now)).toBe(seconds);
	});

	test.each([
		'soon',
		'0.5',
		'1.5',
		'-1',
		'1, 1',
		'1e3',
		'2026-11-23',
		'23 Nov 2026 12:00:30',
		'',
		'Mon, 23 Nov 2026 25:00:00 GMT',
	])("'%s' asks for nothing", (header) => {
		expect(retryAfter(header, '', now)).toBeUndefined();
	});

	test('a date counts from the clock of the server that sent it', () => {
		const slow = 'Mon, 23 Nov 2026 11:59:00 GMT';
		expect(retryAfter('Mon, 23 Nov 2026 11:59:05 GMT', slow, now)).toBe(5);
		expect(retryAfter('Mon, 23 Nov 2026 11:59:05 GMT', 'no date', now)).toBe(0);
		expect(retryAfter('', slow, now)).toBeUndefined();
	});
});

test('waits double from one second, between half and the whole, up to the longest', () => {
	expect([1, 2, 3, 4].map((tries) => retryWait(tries, 60, 1))).toEqual([1, 2, 4, 8]);
	expect(retryWait(3, 60, 0)).toBe(2);
	expect(retryWait(20, 60, 1)).toBe(60);
});
