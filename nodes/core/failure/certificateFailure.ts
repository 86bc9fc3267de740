/** What is wrong with the certificate of a server, and what a user can do about it: a sentence of its own for each case. */
import { excerpt } from './excerpt';
import type { Meaning } from './meaning';

/** A certificate for another name: the one code whose check comes behind that of the authority. */
export const WRONG_NAME = 'ERR_TLS_CERT_ALTNAME_INVALID';

export interface Checked {
	/** Host of the URL, with its port. */
	host: string;
	/** The value of a `Host` header of its own. */
	hostHeader?: string;
	/** Whether the credential names the authorities to trust. */
	hasAuthority?: boolean;
}

/** What a code of OpenSSL means; `given` is what it means where 'CA Certificate' is filled in. */
interface Case {
	n8n: [message: string, description: string];
	given?: [message: string, description: string];
}

const PASTE = "into 'CA Certificate' in the credential, as PEM text";
const ONLY = "While 'CA Certificate' is filled in, the authorities in it are the only ones that are trusted";
const RENEW = 'Ask the administrator of the cluster for a new one';

const UNKNOWN_AUTHORITY: Case = {
	n8n: [
		'The certificate of HOST is not trusted: n8n does not know the authority that issued it',
		`Paste the certificate of that authority ${PASTE}. The administrator of the cluster has it.`,
	],
	given: [
		"The certificate of HOST is not trusted: no authority in 'CA Certificate' issued it",
		`${ONLY}, public ones neither. Add the authority of this server to the field, below what is there: it may hold several.`,
	],
};

const NO_AUTHORITY: Case = {
	n8n: [
		'The certificate of HOST is not trusted: the one that it was issued with is not that of an authority',
		`${RENEW}, from a certificate that may issue others (basicConstraints CA:TRUE).`,
	],
};

const CASES: Record<string, Case> = {
	DEPTH_ZERO_SELF_SIGNED_CERT: {
		n8n: ['The certificate of HOST is not trusted: it is self-signed', `Paste it ${PASTE}.`],
		given: [
			"The certificate of HOST is not trusted: it is self-signed, and not in 'CA Certificate'",
			`${ONLY}. Add this certificate to the field, below what is there: it may hold several.`,
		],
	},
	SELF_SIGNED_CERT_IN_CHAIN: UNKNOWN_AUTHORITY,
	UNABLE_TO_GET_ISSUER_CERT_LOCALLY: UNKNOWN_AUTHORITY,
	CERT_UNTRUSTED: UNKNOWN_AUTHORITY,
	UNABLE_TO_VERIFY_LEAF_SIGNATURE: {
		n8n: [
			'The certificate of HOST is not trusted: n8n does not know the authority that issued it, and the server does not send that one along',
			`Paste the certificate of that authority ${PASTE}; if it is an intermediate one, the one above it too. The administrator of the cluster has them.`,
		],
		given: [
			"The certificate of HOST is not trusted: no authority in 'CA Certificate' issued it, and the server does not send along the one that did",
			`If an intermediate authority stands between, add its certificate to the field, below what is there, or have the server send it. Otherwise the server has another authority: add that one. ${ONLY}, public ones neither.`,
		],
	},
	UNABLE_TO_GET_ISSUER_CERT: {
		n8n: UNKNOWN_AUTHORITY.n8n,
		given: [
			"The certificate of HOST is not trusted: 'CA Certificate' holds an intermediate authority without the one above it",
			'Add the certificate of the authority above it to the field, up to the one that is self-signed.',
		],
	},
	CERT_SIGNATURE_FAILURE: {
		n8n: [
			'The certificate of HOST is not trusted: the authority that it names did not sign it',
			`Paste the certificate of the authority that the server has now ${PASTE}.`,
		],
		given: [
			"The certificate of HOST is not trusted: the authority of that name in 'CA Certificate' did not sign it",
			'The cluster has a new authority of the same name. Put its certificate into the field in place of the old one.',
		],
	},
	CERT_HAS_EXPIRED: {
		n8n: [
			'The certificate of HOST is not trusted: it, or that of its authority, has expired',
			`${RENEW}. If it is still valid there, the clock where n8n runs is wrong.`,
		],
		given: [
			"The certificate of HOST is not trusted: it, or that of its authority in 'CA Certificate', has expired",
			`${RENEW}. If it is the authority's, put the new one into the field. If both are still valid, the clock where n8n runs is wrong.`,
		],
	},
	CERT_NOT_YET_VALID: {
		n8n: [
			'The certificate of HOST is not trusted: it, or that of its authority, is not valid yet',
			`The clock where n8n runs may be behind. If it is right, the certificate was made for later: ask the administrator of the cluster.`,
		],
	},
	INVALID_CA: NO_AUTHORITY,
	CERT_REVOKED: { n8n: ['The certificate of HOST is not trusted: it was revoked', `${RENEW}.`] },
};

/** By OpenSSL's words, where Node has no code for them. */
const WORDS: Array<[words: RegExp, meant: Case]> = [
	[/certificate signing/i, NO_AUTHORITY],
	[
		/subtree violation/i,
		{
			n8n: [
				'The certificate of HOST is not trusted: its authority may not issue certificates for this name',
				`The authority is limited to other names (nameConstraints). ${RENEW}, from an authority that may.`,
			],
		},
	],
];

const CODES_OF_OTHERS = new Set([
	'UNSPECIFIED',
	'PATH_LENGTH_EXCEEDED',
	'INVALID_PURPOSE',
	'CERT_REJECTED',
	'CERT_CHAIN_TOO_LONG',
]);

/** Whether a connection failed because of the server's certificate. */
export function isAboutCertificate(code = ''): boolean {
	return code === WRONG_NAME || Object.hasOwn(CASES, code) || CODES_OF_OTHERS.has(code);
}

/** The names in Node's words about a certificate for other ones; '' where it has none. */
function namesIn(detail: string): string {
	const [, names = ''] = /cert's (?:altnames|list|CN): (.*)$/s.exec(detail) ?? [];
	return excerpt(names, 200);
}

function wrongName({ host, hostHeader }: Checked, detail: string): Meaning {
	const names = namesIn(detail);
	const isFor = names === '' ? '' : `It is for ${names}. `;
	if (hostHeader !== undefined) {
		return {
			message: `The certificate of ${host} is not for the host name ${hostHeader}`,
			description: `${isFor}With a host name of its own in the request, the certificate has to be for that name if n8n uses a proxy (HTTPS_PROXY), and for that name or the address if the gateway's address is a number. Set 'Routing' to 'By Path' in the options (Hopsworks 4.8 and later); or put the gateway's host name into NO_PROXY where n8n runs; or have a certificate made for this name too`,
		};
	}
	// An address is compared as one, but in the tunnel of a proxy, where n8n's agent leaves it out and Node takes its default.
	if (/\bHost: localhost\./.test(detail) && !host.startsWith('localhost')) {
		return {
			message: `n8n could not compare the certificate of ${host} with its address`,
			description: `Through a proxy (HTTPS_PROXY), n8n compares certificates with host names alone. Put the address into NO_PROXY where n8n runs, or write a host name that the certificate is for into the credential`,
		};
	}
	return {
		message: `The certificate of ${host} is for another host`,
		description: `${isFor}Write a name that the certificate is for into the credential in place of this one, or have a certificate made for this one too (subjectAltName)`,
	};
}

function meaningOf(code: string, detail: string): Case | undefined {
	if (CODES_OF_OTHERS.has(code)) {
		return (
			WORDS.find(([words]) => words.test(detail))?.[1] ?? {
				n8n: [`The certificate of HOST is not trusted: ${excerpt(detail, 200) || code}`, `${RENEW}.`],
			}
		);
	}
	return Object.hasOwn(CASES, code) ? CASES[code] : undefined;
}

/** What a certificate failed for; `undefined` where a code is about something else. */
export function certificateFailure(code: string, detail: string, checked: Checked): Meaning | undefined {
	// What is turned off last costs the most: whoever is in between then reads the key.
	const last = ` Only if nothing else helps, and at your own risk, turn on 'Ignore SSL Issues (Insecure)' (${code}).`;
	if (code === WRONG_NAME) {
		const { message, description } = wrongName(checked, detail);
		return { message, description: `${description}.${last}` };
	}
	if (/CERTIFICATE_REQUIRED$/.test(code)) {
		return {
			message: `${checked.host} asks n8n for a certificate of its own`,
			description: `It takes requests from those alone that have one (mutual TLS), and these nodes send none. Ask the administrator of the cluster for an address that goes by the API key (${code}).`,
		};
	}
	const meant = meaningOf(code, detail);
	if (!meant) return undefined;
	const [message, description] = (checked.hasAuthority ? meant.given : undefined) ?? meant.n8n;
	return { message: message.replace('HOST', () => checked.host), description: description + last };
}

/** The failure where n8n passed over 'CA Certificate' in silence: a fault of neither the field nor the server. */
export function authorityIgnored(host: string, code: string): Meaning {
	return {
		message: `The certificate of ${host} is not trusted: this n8n is too old for 'CA Certificate'`,
		description: `The field needs n8n 2.20 or later. Update n8n, or name a file with the authority in the variable NODE_EXTRA_CA_CERTS where n8n runs, and restart it (${code}).`,
	};
}
