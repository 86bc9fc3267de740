/** Certificates as clusters have them, good ones and bad ones, made when a test wants them. */
import { KeyObject, webcrypto } from 'node:crypto';
import {
	AuthorityKeyIdentifierExtension,
	BasicConstraintsExtension,
	cryptoProvider,
	Extension,
	KeyUsageFlags,
	KeyUsagesExtension,
	SubjectAlternativeNameExtension,
	SubjectKeyIdentifierExtension,
	X509CertificateGenerator,
} from '@peculiar/x509';

cryptoProvider.set(webcrypto);

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const DAY = 24 * 60 * 60 * 1000;

export const daysFromNow = (days: number): Date => new Date(Date.now() + days * DAY);

export interface Certificate {
	/** Its subject, `CN=…`. */
	name: string;
	pem: string;
	/** Its private key, as PEM. */
	key: string;
	keys: webcrypto.CryptoKeyPair;
}

export interface Wanted {
	/** What it is called; it may be called like another one. */
	name: string;
	/** Who signs it; itself unless set. */
	issuer?: Certificate;
	/** Whether it says that it may issue others. */
	isAuthority?: boolean;
	/** Host names and addresses that it is for. */
	hosts?: string[];
	from?: Date;
	to?: Date;
	/** The one domain that it may issue certificates for. */
	domain?: string;
	/** Without the identifiers that tell keys of one name apart, as old tools write them. */
	isPlain?: boolean;
}

/** `nameConstraints` with one permitted domain (RFC 5280, 4.2.1.10): a name in a subtree in a list of them. */
function limitedTo(domain: string): Extension {
	const wrap = (tag: number, content: Buffer): Buffer => Buffer.concat([Buffer.from([tag, content.length]), content]);
	const bytes = wrap(0x30, wrap(0xa0, wrap(0x30, wrap(0x82, Buffer.from(domain)))));
	return new Extension('2.5.29.30', true, new Uint8Array(bytes));
}

export async function makeCertificate(wanted: Wanted): Promise<Certificate> {
	const { name, issuer, isAuthority = false, hosts = [], from = daysFromNow(-2), to = daysFromNow(30) } = wanted;
	const keys = await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
	const signer = issuer?.keys ?? keys;
	const altNames = hosts.map((value) => ({ type: /^[\d.]+$/.test(value) ? ('ip' as const) : ('dns' as const), value }));
	const made = await X509CertificateGenerator.create({
		subject: `CN=${name}`,
		issuer: issuer?.name ?? `CN=${name}`,
		notBefore: from,
		notAfter: to,
		signingAlgorithm: ALGORITHM,
		publicKey: keys.publicKey,
		signingKey: signer.privateKey,
		extensions: [
			new BasicConstraintsExtension(isAuthority, undefined, true),
			new KeyUsagesExtension(isAuthority ? KeyUsageFlags.keyCertSign : KeyUsageFlags.digitalSignature, true),
			...(wanted.isPlain ? [] : [await SubjectKeyIdentifierExtension.create(keys.publicKey)]),
			...(wanted.isPlain || !issuer ? [] : [await AuthorityKeyIdentifierExtension.create(signer.publicKey)]),
			...(altNames.length > 0 ? [new SubjectAlternativeNameExtension(altNames)] : []),
			...(wanted.domain === undefined ? [] : [limitedTo(wanted.domain)]),
		],
	});
	const key = KeyObject.from(keys.privateKey).export({ type: 'pkcs8', format: 'pem' });
	return { name: `CN=${name}`, pem: `${made.toString('pem')}\n`, key: key.toString(), keys };
}
