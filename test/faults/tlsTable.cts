/** What a server can show for a certificate, what the credential can hold, and what every place must make of the two. */
import type { IDataObject } from 'n8n-workflow';
import type { Identity } from '../../sandbox/listen.cts';
import { daysFromNow, makeCertificate, type Certificate } from '../support/certificates.cts';

interface Made {
	identity: Identity;
	/** Beside addresses and key. */
	credential: IDataObject;
}

export interface TlsCase {
	/** What the server shows. */
	server: string;
	/** What is in 'CA Certificate'. */
	field: string;
	/** What is said, with HOST for the host; nothing where all works. */
	says?: string;
	/** What the advice begins with. */
	advice?: string;
	/** As which host the server is called. */
	host?: 'localhost' | '127.0.0.1';
	make: () => Promise<Made>;
}

const NOT_TRUSTED = 'The certificate of HOST is not trusted: ';
const hosts = ['localhost'];

const authority = async (name = 'Cluster CA', more: object = {}) =>
	await makeCertificate({ name, isAuthority: true, ...more });
/** A server with its certificate, and those above it that it sends. */
const shown = ({ pem, key }: Certificate, ...above: Certificate[]): Identity => ({
	certificate: [pem, ...above.map((one) => one.pem)].join(''),
	key,
});
const server = async (issuer: Certificate, more: object = {}) =>
	await makeCertificate({ name: 'server', issuer, hosts, ...more });
const alone = async (more: object = {}) => await makeCertificate({ name: 'server', hosts, ...more });

/** A root, an authority below it, and a server that has its certificate from that one. */
async function chain(): Promise<{ root: Certificate; middle: Certificate; leaf: Certificate }> {
	const root = await authority('Root CA');
	const middle = await authority('Intermediate CA', { issuer: root });
	return { root, middle, leaf: await server(middle) };
}

/** A server of an authority that is in the field. */
async function trusted(
	ofServer: object = {},
	ofAuthority: object = {},
): Promise<Made & { credential: { trustedCa: string } }> {
	const own = await authority('Cluster CA', ofAuthority);
	return { identity: shown(await server(own, ofServer)), credential: { trustedCa: own.pem } };
}

export const accepted: TlsCase[] = [
	{ server: 'a certificate of its own authority', field: 'that authority', make: async () => await trusted() },
	{
		server: 'a certificate of its own authority, for an address',
		field: 'that authority',
		host: '127.0.0.1',
		make: async () => await trusted({ hosts: ['127.0.0.1'] }),
	},
	{
		server: 'a certificate of an intermediate authority, and that one',
		field: 'the root above it',
		async make() {
			const { root, middle, leaf } = await chain();
			return { identity: shown(leaf, middle), credential: { trustedCa: root.pem } };
		},
	},
	{
		server: 'a certificate of an intermediate authority, without that one',
		field: 'both authorities',
		async make() {
			const { root, middle, leaf } = await chain();
			return { identity: shown(leaf), credential: { trustedCa: middle.pem + root.pem } };
		},
	},
	{
		server: 'a self-signed certificate',
		field: 'that certificate',
		async make() {
			const own = await alone();
			return { identity: shown(own), credential: { trustedCa: own.pem } };
		},
	},
	{
		server: 'a certificate of its own authority',
		field: 'that authority behind another one',
		async make() {
			const { identity, credential } = await trusted();
			return { identity, credential: { trustedCa: (await authority('Other CA')).pem + credential.trustedCa } };
		},
	},
	{
		server: 'an expired certificate for another name',
		field: "another authority, and 'Ignore SSL Issues' is on",
		async make() {
			const { identity } = await trusted({ to: daysFromNow(-1), hosts: ['other.example'] });
			return { identity, credential: { trustedCa: (await authority()).pem, ignoreSslIssues: true } };
		},
	},
];

export const refused: TlsCase[] = [
	{
		server: 'a certificate of its own authority',
		field: 'nothing',
		says: `${NOT_TRUSTED}n8n does not know the authority that issued it, and the server does not send that one along`,
		advice: "Paste the certificate of that authority into 'CA Certificate'",
		make: async () => ({ identity: (await trusted()).identity, credential: {} }),
	},
	{
		server: 'a certificate of its own authority, and that one',
		field: 'nothing',
		says: `${NOT_TRUSTED}n8n does not know the authority that issued it`,
		advice: "Paste the certificate of that authority into 'CA Certificate'",
		async make() {
			const own = await authority();
			return { identity: shown(await server(own), own), credential: {} };
		},
	},
	{
		server: 'a self-signed certificate',
		field: 'nothing',
		says: `${NOT_TRUSTED}it is self-signed`,
		advice: "Paste it into 'CA Certificate'",
		make: async () => ({ identity: shown(await alone()), credential: {} }),
	},
	{
		server: 'a self-signed certificate',
		field: 'another authority',
		says: `${NOT_TRUSTED}it is self-signed, and not in 'CA Certificate'`,
		advice: 'Add this certificate to the field',
		make: async () => ({ identity: shown(await alone()), credential: { trustedCa: (await authority()).pem } }),
	},
	{
		server: 'a certificate of its own authority, and that one',
		field: 'another authority',
		says: `${NOT_TRUSTED}no authority in 'CA Certificate' issued it`,
		advice: 'Add the authority of this server to the field',
		async make() {
			const own = await authority();
			const { pem } = await authority('Other CA');
			return { identity: shown(await server(own), own), credential: { trustedCa: pem } };
		},
	},
	{
		server: 'a certificate of an intermediate authority, without that one',
		field: 'the root above it',
		says: `${NOT_TRUSTED}no authority in 'CA Certificate' issued it, and the server does not send along the one that did`,
		advice: 'If an intermediate authority stands between, add its certificate to the field',
		async make() {
			const { root, leaf } = await chain();
			return { identity: shown(leaf), credential: { trustedCa: root.pem } };
		},
	},
	{
		server: 'a certificate of an intermediate authority',
		field: 'the intermediate authority alone',
		says: `${NOT_TRUSTED}'CA Certificate' holds an intermediate authority without the one above it`,
		advice: 'Add the certificate of the authority above it',
		async make() {
			const { middle, leaf } = await chain();
			return { identity: shown(leaf), credential: { trustedCa: middle.pem } };
		},
	},
	{
		server: 'a certificate of a new authority with the old name',
		field: 'the old authority',
		says: `${NOT_TRUSTED}the authority of that name in 'CA Certificate' did not sign it`,
		advice: 'The cluster has a new authority of the same name',
		async make() {
			const old = await authority('Cluster CA', { isPlain: true });
			const { identity } = await trusted({ isPlain: true }, { isPlain: true });
			return { identity, credential: { trustedCa: old.pem } };
		},
	},
	{
		server: 'an expired certificate',
		field: 'its authority',
		says: `${NOT_TRUSTED}it, or that of its authority in 'CA Certificate', has expired`,
		advice: 'Ask the administrator of the cluster for a new one',
		make: async () => await trusted({ to: daysFromNow(-1) }),
	},
	{
		server: 'a certificate of an expired authority',
		field: 'that authority',
		says: `${NOT_TRUSTED}it, or that of its authority in 'CA Certificate', has expired`,
		advice: "If it is the authority's, put the new one into the field",
		make: async () => await trusted({}, { to: daysFromNow(-1) }),
	},
	{
		server: 'a certificate that is not valid yet',
		field: 'its authority',
		says: `${NOT_TRUSTED}it, or that of its authority, is not valid yet`,
		advice: 'The clock where n8n runs may be behind',
		make: async () => await trusted({ from: daysFromNow(1) }),
	},
	{
		server: 'a certificate for another host name',
		field: 'its authority',
		says: 'The certificate of HOST is for another host',
		advice: 'It is for DNS:other.example. Write a name that the certificate is for into the credential',
		make: async () => await trusted({ hosts: ['other.example'] }),
	},
	{
		server: 'a certificate for another address',
		field: 'its authority',
		says: 'The certificate of HOST is for another host',
		advice: 'It is for 192.0.2.7. Write a name that the certificate is for into the credential',
		host: '127.0.0.1',
		make: async () => await trusted({ hosts: ['192.0.2.7'] }),
	},
	{
		server: 'a certificate for a host name, called by its address',
		field: 'its authority',
		says: 'The certificate of HOST is for another host',
		advice: 'Write a name that the certificate is for into the credential',
		host: '127.0.0.1',
		make: async () => await trusted(),
	},
	{
		server: 'a certificate of an authority for another domain',
		field: 'that authority',
		says: `${NOT_TRUSTED}its authority may not issue certificates for this name`,
		advice: 'The authority is limited to other names',
		make: async () => await trusted({}, { domain: 'corp.example' }),
	},
	{
		server: 'a certificate that another server issued',
		field: 'the root above both',
		says: `${NOT_TRUSTED}the one that it was issued with is not that of an authority`,
		advice: 'Ask the administrator of the cluster for a new one',
		async make() {
			const root = await authority('Root CA');
			const other = await server(root, { name: 'other' });
			return { identity: shown(await server(other), other), credential: { trustedCa: root.pem } };
		},
	},
];

export const unreadable: TlsCase[] = [
	{
		server: 'a certificate of its own authority',
		field: 'that authority, cut off',
		says: "A certificate in 'CA Certificate' in the credential is not whole: one of the lines around it is missing",
		advice: 'Paste it again, whole',
		async make() {
			const { identity, credential } = await trusted();
			return { identity, credential: { trustedCa: credential.trustedCa.slice(0, 300) } };
		},
	},
	{
		server: 'a certificate of its own authority',
		field: 'its private key',
		says: "'CA Certificate' in the credential holds a key",
		advice: 'Nothing was sent. Take the key out of the field',
		async make() {
			const own = await authority();
			return { identity: shown(await server(own)), credential: { trustedCa: own.key } };
		},
	},
];
