/** 'CA Certificate' as people paste it, held against Node's own reader of certificates. */
import { X509Certificate } from 'node:crypto';
import { createSecureContext, rootCertificates } from 'node:tls';
import fc from 'fast-check';
import { shapeOf } from '../nodes/core/hopsworks/certificate';
import { readTrustedCa } from '../nodes/core/hopsworks/trustedCa';
import { makeCertificate, type Certificate } from './support/certificates.cts';

let root: Certificate;
let other: Certificate;
beforeAll(async () => {
	root = await makeCertificate({ name: 'Root CA', isAuthority: true });
	other = await makeCertificate({ name: 'Other CA', isAuthority: true });
});

/** The names of the certificates that Node finds in what is sent; the failure's message where nothing is. */
function found(given: string): string[] | string {
	const read = readTrustedCa(given);
	if (!read.ok) return read.failure.message;
	const blocks = read.value.match(/-+BEGIN[^-]+-+[^-]+-+END[^-]+-+/g) ?? [];
	// All that there is, in the form of OpenSSL: what Node would pass over shows in what is left.
	expect(read.value.replace(/-----BEGIN CERTIFICATE-----\n(?:[\w+/=]{1,64}\n)+-----END CERTIFICATE-----\n/g, '')).toBe(
		'',
	);
	createSecureContext({ ca: read.value });
	return blocks.map((block) => new X509Certificate(block).subject);
}

const base64Of = (pem: string): string => pem.replace(/-+[^-]+-+/g, '').trim();

describe('is read as it is pasted', () => {
	test.each<[string, (pem: string) => string]>([
		['as it is in its file', (pem) => pem],
		['without a line end behind it', (pem) => pem.trim()],
		['with Windows line ends', (pem) => pem.replaceAll('\n', '\r\n')],
		['with line ends of old Macs', (pem) => pem.replaceAll('\n', '\r')],
		['with line ends as JSON writes them', (pem) => pem.replaceAll('\n', '\\n')],
		['with Windows line ends as JSON writes them', (pem) => pem.replaceAll('\n', '\\r\\n')],
		['with line ends as JSON in JSON writes them', (pem) => pem.replaceAll('\n', '\\\\n')],
		['in quotes', (pem) => JSON.stringify(pem)],
		['as a member of JSON', (pem) => JSON.stringify({ ca: pem })],
		['indented, as in YAML', (pem) => `ca: |\n${pem.replace(/^/gm, '    ')}`],
		['indented by tabs', (pem) => pem.replace(/^/gm, '\t')],
		['on one line, as a field of one line makes it', (pem) => pem.replaceAll('\n', ' ')],
		['with empty lines in between', (pem) => pem.replaceAll('\n', '\n\n')],
		['with a byte order mark', (pem) => `\ufeff${pem}`],
		['with dashes as a word processor writes them', (pem) => pem.replaceAll('-----', '\u2014\u2014-')],
		['with a dash lost in copying', (pem) => pem.slice(1)],
		['with text around it', (pem) => `subject=CN = Root CA\n---\n${pem}---\nno client certificate CA names sent\n`],
		[
			'with a session behind it, as openssl prints it',
			(pem) => `${pem}-----BEGIN SSL SESSION PARAMETERS-----\nMHE=\n-----END SSL SESSION PARAMETERS-----\n`,
		],
		['under its old name', (pem) => pem.replaceAll('CERTIFICATE', 'X509 CERTIFICATE')],
		['without the lines around it', base64Of],
		['without the lines around it, in quotes', (pem) => `"${base64Of(pem).replaceAll('\n', '\\n')}"`],
		['in base64, as Kubernetes keeps it', (pem) => Buffer.from(pem).toString('base64')],
		[
			'in base64 with line ends',
			(pem) =>
				(
					Buffer.from(pem)
						.toString('base64')
						.match(/.{1,76}/g) ?? []
				).join('\n'),
		],
		['twice', (pem) => pem + pem],
	])('%s', (_name, spoil) => {
		expect(found(spoil(root.pem))).toEqual(['CN=Root CA']);
	});

	test('several, in their order, whatever stands between them', () => {
		expect(found(root.pem + other.pem)).toEqual(['CN=Root CA', 'CN=Other CA']);
		expect(found(` 1 s:Root\n${root.pem} 2 s:Other\r\n${other.pem.replaceAll('\n', '\r\n')} done`)).toEqual([
			'CN=Root CA',
			'CN=Other CA',
		]);
		expect(found(Buffer.from(root.pem + other.pem).toString('base64'))).toEqual(['CN=Root CA', 'CN=Other CA']);
	});

	test.each(['', '  ', '\n', '\\n', '\ufeff'])('nothing, as %j', (text) => {
		expect(readTrustedCa(text)).toEqual({ ok: true, value: '' });
	});
});

describe('is refused', () => {
	const FIELD = "'CA Certificate' in the credential";
	const incomplete = `A certificate in ${FIELD} is not whole: one of the lines around it is missing`;
	const cut = (pem: string): string => pem.replace(/\n[^\n]+\n(?=-----END)/, '\n');

	test.each<[string, (pem: string, two: string) => string, string]>([
		['without its first line', (pem) => pem.slice(pem.indexOf('\n') + 1), incomplete],
		['without its last line', (pem) => pem.slice(0, pem.lastIndexOf('-----END')), incomplete],
		['with the second one cut off', (pem, two) => pem + two.slice(0, 100), incomplete],
		['with the end of another kind', (pem) => pem.replace('END CERTIFICATE', 'END X509 CRL'), incomplete],
		['with a line lost', cut, `The certificate in ${FIELD} is not whole`],
		[
			'with a line lost from the second one',
			(pem, two) => pem + cut(two),
			`Certificate 2 of 2 in ${FIELD} is not whole`,
		],
		[
			'with a line that is there twice',
			(pem) => pem.replace(/\n([^\n]+)\n(?=-----END)/, '\n$1\n$1\n'),
			`The certificate in ${FIELD} is damaged`,
		],
		[
			'with characters that are no base64',
			(pem) => pem.replace(/[A-Za-z]{3}(?=[^-]*-----END)/, '…'),
			`The certificate in ${FIELD} is damaged`,
		],
		[
			'with nothing inside',
			() => '-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----',
			`The certificate in ${FIELD} is damaged`,
		],
		[
			'as a trusted certificate of OpenSSL',
			(pem) => pem.replaceAll('CERTIFICATE', 'TRUSTED CERTIFICATE'),
			`${FIELD} holds TRUSTED CERTIFICATE, and no certificate in the form that is needed`,
		],
		[
			'beside a request for one',
			(pem, two) => pem + two.replaceAll('CERTIFICATE', 'CERTIFICATE REQUEST'),
			`${FIELD} holds CERTIFICATE REQUEST, and no certificate in the form that is needed`,
		],
		[
			'as PKCS #7',
			(pem) => pem.replaceAll('CERTIFICATE', 'PKCS7'),
			`${FIELD} holds PKCS7, and no certificate in the form that is needed`,
		],
		[
			'as a public key',
			(pem) => pem.replaceAll('CERTIFICATE', 'PUBLIC KEY'),
			`${FIELD} holds PUBLIC KEY, and no certificate in the form that is needed`,
		],
		['as the path of a file', () => '/etc/ssl/ca.pem', `${FIELD} holds no certificate`],
		['as a word', () => 'CERTIFICATE', `${FIELD} holds no certificate`],
		['as an expression that was not evaluated', () => '={{ $vars.ca }}', `${FIELD} holds no certificate`],
		[
			'as base64 of something else',
			() => Buffer.from('hello world').toString('base64'),
			`${FIELD} holds no certificate`,
		],
		['as base64 cut off', (pem) => base64Of(pem).slice(0, 200), `The certificate in ${FIELD} is not whole`],
	])('%s', (_name, spoil, message) => {
		expect(found(spoil(root.pem, other.pem))).toBe(message);
	});

	test.each<[string, (key: string, pem: string) => string]>([
		['alone', (key) => key],
		['behind a certificate', (key, pem) => pem + key],
		['before a certificate', (key, pem) => key + pem],
		['cut off', (key) => key.slice(0, 60)],
		['under the name of a certificate', (key) => key.replaceAll('PRIVATE KEY', 'CERTIFICATE')],
		['without the lines around it', base64Of],
		['in base64', (key) => Buffer.from(key).toString('base64')],
		['with line ends as JSON writes them', (key) => key.replaceAll('\n', '\\n')],
		['of another kind', (key) => key.replaceAll('PRIVATE', 'RSA PRIVATE')],
		['that is encrypted', (key) => key.replaceAll('PRIVATE', 'ENCRYPTED PRIVATE')],
	])('a private key %s, and no word of it is said', (_name, spoil) => {
		const given = spoil(root.key, other.pem);
		const read = readTrustedCa(given);
		expect(read).toMatchObject({ failure: { kind: 'input', message: `${FIELD} holds a key` } });
		const said = JSON.stringify(read);
		for (const piece of base64Of(root.key).match(/.{8}/g) ?? []) expect(said).not.toContain(piece);
	});
});

test('a long text is read in no time', () => {
	for (const text of [
		'-'.repeat(1e6),
		'-----BEGIN '.repeat(1e5),
		'\\n'.repeat(5e5),
		`-----BEGIN${' '.repeat(1e6)}`,
		'A'.repeat(1e6),
	]) {
		const began = performance.now();
		readTrustedCa(text);
		expect(performance.now() - began).toBeLessThan(2000);
	}
});

describe('shapes, against Node', () => {
	const derOf = (pem: string): Buffer => Buffer.from(base64Of(pem), 'base64');
	function isForNode(bytes: Uint8Array): boolean {
		try {
			new X509Certificate(bytes).checkHost('x');
			return true;
		} catch {
			return false;
		}
	}

	test('every authority that Node brings along is read, alone and all together', () => {
		expect(rootCertificates.filter((pem) => !readTrustedCa(pem).ok)).toEqual([]);
		expect(found(rootCertificates.join('\n\n'))).toHaveLength(new Set(rootCertificates).size);
	});

	test('none that is cut off is one, at whatever byte', () => {
		const der = derOf(root.pem);
		for (let length = 0; length < der.length; length++) {
			const shape = shapeOf(der.subarray(0, length));
			expect(shape).toBe(length < 4 ? 'other' : 'incomplete');
			expect(isForNode(der.subarray(0, length))).toBe(false);
		}
	});

	test('any bytes at all are read without an exception', () => {
		fc.assert(
			fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
				shapeOf(bytes);
				shapeOf(new Uint8Array([0x30, ...bytes]));
				if (isForNode(bytes)) expect(shapeOf(bytes)).toBe('certificate');
			}),
		);
	});
});
