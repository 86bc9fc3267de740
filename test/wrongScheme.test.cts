/** http:// in place of https://, or the other way round, as errors and replies show it. */
import {
	schemeAdvice,
	schemeFailure,
	sentOnToTls,
	TLS_NEEDED,
	tlsSpoken,
	wantsTls,
} from '../nodes/core/failure/wrongScheme';

const NO_TLS = 'SSL routines:ssl3_get_record:wrong version number';
const USE_HTTP = {
	kind: 'connection',
	message: 'gw:8080 does not speak TLS: use http:// in place of https://',
	description:
		"Write http://gw:8080 in the credential, or in the deployment's URL. If that fails too, something else listens at this port (EPROTO).",
	code: 'EPROTO',
};

test.each<[string, string, string, unknown]>([
	['https://gw:8080', 'EPROTO', NO_TLS, USE_HTTP],
	['https://gw:8080', 'EPROTO', 'packet length too long', USE_HTTP],
	['https://gw:8080', 'ERR_SSL_WRONG_VERSION_NUMBER', '', expect.objectContaining({ message: USE_HTTP.message })],
	['https://gw:8080', 'EPROTO', 'tlsv1 alert unrecognized name', undefined],
	['https://gw:8080', 'OTHER', NO_TLS, undefined],
	['http://gw:8080', 'EPROTO', NO_TLS, undefined],
	[
		'http://gw:8080',
		'HPE_INVALID_CONSTANT',
		'',
		expect.objectContaining({ message: 'gw:8080 does not speak plain HTTP: use https:// in place of http://' }),
	],
	['https://gw:8080', 'HPE_INVALID_CONSTANT', '', undefined],
	['http://gw:8080', 'ECONNRESET', '', undefined],
])('%s, %s, %j', (origin, code, detail, failure) => {
	expect(schemeFailure(origin, code, detail)).toEqual(failure);
});

test('a port that was seen to speak TLS needs no code', () => {
	expect(tlsSpoken('http://gw:8080')).toEqual({
		kind: 'connection',
		message: 'gw:8080 speaks TLS: use https:// in place of http://',
		description: "Write https://gw:8080 in the credential, or in the deployment's URL.",
	});
	expect(TLS_NEEDED.description).toContain('begin with https://');
});

test.each<[string, string, string]>([
	['http://gw', '', ' If this port speaks TLS, write https://gw.'],
	[
		'https://gw',
		'disconnected before secure TLS connection was established',
		' If this port speaks plain HTTP, write http://gw.',
	],
	['https://gw', 'socket hang up', ''],
	['gw', 'before secure TLS connection', ''],
])('a closed connection of %s, %j', (origin, detail, advice) => {
	expect(schemeAdvice(origin, detail)).toBe(advice);
});

test.each<[number, string, boolean]>([
	[400, 'Client sent an HTTP request to an HTTPS server.', true],
	[400, 'This combination of host and port requires TLS.', true],
	[426, "Reason: You're speaking plain HTTP to an SSL-enabled server port.", true],
	[500, 'Client sent an HTTP request to an HTTPS server.', false],
	[400, `${' '.repeat(5000)}HTTP request to an HTTPS server`, false],
	[400, 'bad request', false],
])('words of TLS behind status %i, case %#', (status, body, wants) => {
	expect(wantsTls(status, body)).toBe(wants);
});

test.each<[string, number, string, string | undefined]>([
	['http://gw/v1', 301, 'https://gw/v1', 'https://gw'],
	['http://gw:8080/v1', 308, 'https://gw:8443/v1', 'https://gw:8443'],
	['http://gw/v1', 399, '//gw/v1', undefined],
	['http://gw/v1', 301, '/v1/', undefined],
	['http://gw/v1', 301, '', undefined],
	['http://gw/v1', 301, 'https://', undefined],
	['http://gw/v1', 301, 'https://login/v1', undefined],
	['https://gw/v1', 301, 'https://gw/v2', undefined],
	['http://gw/v1', 200, 'https://gw/v1', undefined],
	['http://gw/v1', 299, 'https://gw/v1', undefined],
	['http://gw/v1', 400, 'https://gw/v1', undefined],
])('%s sent on with %i to %j', (url, status, location, origin) => {
	const failure = sentOnToTls(url, status, location);
	const message = `${new URL(url).host} sends requests on to https:// (status ${status}): use https:// in place of http://`;
	const description = `Write ${origin ?? ''} in the credential, or in the deployment's URL. Redirects are not followed.`;
	expect(failure).toEqual(origin === undefined ? undefined : { kind: 'status', status, message, description });
});
