import { HopsworksModel } from '../nodes/HopsworksModel/HopsworksModel.node';
import { connectionFailure, CUT_REPLY, timeoutFailure } from '../nodes/core/failure/connectionFailure';
import { restFailure } from '../nodes/core/hopsworks/restFailure';
import { statusFailure } from '../nodes/core/failure/statusFailure';
import documented from './fixtures/error-bodies.json';
import { replyOf } from '../nodes/core/json/reply';

const WRONG_NAME = 'ERR_TLS_CERT_ALTNAME_INVALID';

const refused = documented.filter(({ status }) => status >= 300);

test('fields that an advice names in quotes exist in the panel or the credential', () => {
	const labels = JSON.stringify(new HopsworksModel().description.properties);
	const credential = ['API Key', 'Model Serving URL', 'Hopsworks URL', 'Project', 'Ignore SSL Issues (Insecure)'];
	const advice = [
		...refused.map(({ status, body }) => restFailure(status, replyOf(body)).description),
		...refused.map(({ status, body }) => statusFailure(status, replyOf(body)).description),
		...['ECONNREFUSED', 'ENOTFOUND', 'ECONNRESET', 'CERT_HAS_EXPIRED', 'OTHER'].map(
			(code) => connectionFailure('h', code, '').description,
		),
		connectionFailure('h', WRONG_NAME, '', { hostHeader: 'x' }).description,
		...[403, 405, 407, 408, 426, 431, 501, 502, 511].map(
			(status) => statusFailure(status, replyOf('<html>connection refused</html>')).description,
		),
		connectionFailure('http://h', 'ECONNRESET', '', { bytes: 1_000_000 }).description,
		timeoutFailure(1).description,
	].join('\n');
	const named = new Set([...advice.matchAll(/'([A-Z][^']*)'/g)].map(([, label]) => label ?? ''));
	named.delete('ApiKey'); // the word in the header, not a field
	expect(named.size).toBeGreaterThan(8);
	for (const label of named)
		expect([labels.includes(`"${label}"`) || credential.includes(label), label]).toEqual([true, label]);
});

test('a certificate that is not for the Host header is told apart from one that is not trusted', () => {
	expect(connectionFailure('h:1', WRONG_NAME, '', { hostHeader: 'x' }).message).toBe(
		'The certificate of h:1 is not for the host name x',
	);
	expect(connectionFailure('h:1', WRONG_NAME, '').message).toBe('The certificate of h:1 is not trusted');
	expect(connectionFailure('h:1', 'CERT_HAS_EXPIRED', '', { hostHeader: 'x' }).message).toBe(
		'The certificate of h:1 is not trusted',
	);
});

test('a large request whose connection was closed may have been too much for the memory', () => {
	const advice = (code: string, bytes: number): string =>
		connectionFailure('https://h', code, '', { bytes }).description;
	for (const code of ['ECONNRESET', 'EPIPE', CUT_REPLY]) {
		expect(advice(code, 1024 * 1024)).toContain('The request had 1,024 kilobytes: if the deployment ran out of memory');
		expect(advice(code, 1024)).not.toContain('kilobyte');
	}
});
