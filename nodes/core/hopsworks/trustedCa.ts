/**
 * The authorities in 'CA Certificate', as people paste them. Node takes of such a text what it can read and passes over the rest
 * in silence, so it is read here first, and what goes to n8n holds whole certificates and nothing else.
 */
import { badInput, success, type Failed, type Outcome } from '../failure/outcome';
import { shapeOf } from './certificate';

const FIELD = "'CA Certificate' in the credential";

/** A line before or behind a block, with whatever dashes a word processor made of its own. */
const MARK =
	/[-\u2010-\u2015\u2212]{1,16}[^\S\n]{0,8}(BEGIN|END)[^\S\n]{1,8}([A-Z0-9 ]{1,60}?)[^\S\n]{0,8}[-\u2010-\u2015\u2212]{1,16}/gi;
/** The beginning of any private key, in PEM or not quite. */
const KEY_MARK = /BEGIN\s[A-Z0-9 ]{0,60}PRIVATE\s+KEY/i;

/** OpenSSL reads certificates under both names. */
const CERTIFICATES = new Set(['CERTIFICATE', 'X509 CERTIFICATE']);
/** Blocks that hold certificates in another form, or ask for one: they may not be left out without a word. */
const OTHER_FORMS = /CERTIFICATE|PKCS7|CMS/;

const LINE = 64;

const WHOLE =
	"Paste it again, whole: from the line '-----BEGIN CERTIFICATE-----' to the line '-----END CERTIFICATE-----', both included.";

const KEY_FOUND = badInput(
	`${FIELD} holds a key`,
	'Nothing was sent. Take the key out of the field and save the credential: the field is not masked. Only the certificate of the authority belongs there, and no certificate needs its private key to be checked. If it is a private key, whoever could open the credential may have read it.',
);

interface Block {
	label: string;
	/** What stands between its lines. */
	body: string;
}

/** The blocks of a text; undefined where a line is there whose other one is not. */
function blocksIn(text: string): Block[] | undefined {
	const blocks: Block[] = [];
	let open: { label: string; from: number } | undefined;
	for (const { 0: mark, 1: word = '', 2: name = '', index } of text.matchAll(MARK)) {
		const label = name.toUpperCase().replace(/ +/g, ' ');
		const isBegin = word.toUpperCase() === 'BEGIN';
		if (isBegin !== (open === undefined) || (open && open.label !== label)) return undefined;
		if (open) blocks.push({ label, body: text.slice(open.from, index) });
		open = open ? undefined : { label, from: index + mark.length };
	}
	return open ? undefined : blocks;
}

/** The bytes of a base64 text; undefined where it is none. */
function bytesIn(text: string): Buffer | undefined {
	const digits = text.replace(/\s+/g, '');
	return /^[A-Za-z0-9+/]+={0,2}$/.test(digits) ? Buffer.from(digits, 'base64') : undefined;
}

function pem(der: Buffer): string {
	const lines = der.toString('base64').match(new RegExp(`.{1,${LINE}}`, 'g')) ?? [];
	return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
}

/** The certificate in a base64 text; `which` is what the failure calls it. */
function readBlock(body: string, which: string): Outcome<string> {
	const der = bytesIn(body);
	const shape = der ? shapeOf(der) : 'other';
	if (der && shape === 'certificate') return success(pem(der));
	if (shape === 'key') return KEY_FOUND;
	return badInput(`${which} is ${shape === 'incomplete' ? 'not whole' : 'damaged'}`, WHOLE);
}

function noCertificate(labels: string[]): Failed {
	const held = [...new Set(labels)].slice(0, 3).join(', ');
	return badInput(
		held === ''
			? `${FIELD} holds no certificate`
			: `${FIELD} holds ${held}, and no certificate in the form that is needed`,
		"Paste the certificate of the authority as PEM text: it begins with the line '-----BEGIN CERTIFICATE-----'. A file in another form becomes such a text with the command 'openssl x509 -in FILE -outform PEM'.",
	);
}

/** What was pasted without the lines around it: a certificate, or a whole PEM text in base64, as Kubernetes keeps it in its secrets. */
function readBare(text: string, isInner: boolean): Outcome<string> {
	const bytes = bytesIn(text.replace(/["',]/g, ''));
	if (!bytes) return noCertificate([]);
	const inner = bytes.toString('latin1');
	if (!isInner && inner.trimStart().startsWith('-----BEGIN')) return read(inner, true);
	return shapeOf(bytes) === 'other'
		? noCertificate([])
		: readBlock(text.replace(/["',]/g, ''), `The certificate in ${FIELD}`);
}

function read(text: string, isInner: boolean): Outcome<string> {
	if (text.trim() === '') return success('');
	if (KEY_MARK.test(text)) return KEY_FOUND;
	const blocks = blocksIn(text);
	if (!blocks) {
		return badInput(`A certificate in ${FIELD} is not whole: one of the lines around it is missing`, WHOLE);
	}
	if (blocks.length === 0) return readBare(text, isInner);
	const certificates = blocks.filter(({ label }) => CERTIFICATES.has(label));
	const others = blocks.filter((block) => !certificates.includes(block) && OTHER_FORMS.test(block.label));
	if (others.length > 0 || certificates.length === 0)
		return noCertificate((others.length > 0 ? others : blocks).map(({ label }) => label));
	const found = new Set<string>();
	for (const [place, { body }] of certificates.entries()) {
		const count = certificates.length;
		const which = count === 1 ? 'The certificate' : `Certificate ${place + 1} of ${count}`;
		const certificate = readBlock(body, `${which} in ${FIELD}`);
		if (!certificate.ok) return certificate;
		found.add(certificate.value);
	}
	return success([...found].join(''));
}

/** The certificates in what was pasted, as clean PEM; '' where nothing was. No word of the text is in a failure but the names of its blocks. */
export function readTrustedCa(given: string): Outcome<string> {
	// Line ends as JSON and files of variables write them, once or twice over.
	return read(given.replace(/\\+r\\+n|\\+[nr]/g, '\n').replaceAll('\ufeff', ''), false);
}
