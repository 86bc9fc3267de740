/** An address that the credential names: what it may be, and where it begins. */
import { quoted } from '../failure/excerpt';
import { badInput, success, type Outcome } from '../failure/outcome';
import { isHost } from './hostName';

export interface WebAddress {
	origin: string;
	/** Without a slash at its end; '' where there is none. */
	path: string;
}

/** `http://` or `https://` and what may be a host; a URL parser would take other spellings too. */
const BEGINNING = /^https?:\/\/[^/\\]/i;
const USER = /^https?:\/\/[^/\\?#]*@/i;

/** Reads an address; `field` is what the failure calls it. */
export function readWebAddress(given: string, field: string): Outcome<WebAddress> {
	const text = given.trim();
	if (/\p{Cc}/u.test(text) || !BEGINNING.test(text) || !URL.canParse(text)) {
		return badInput(
			`${field} is not a web address: ${quoted(text)}`,
			`It must begin with http:// or https://.${proposalFor(text)}`,
		);
	}
	if (USER.test(text)) {
		return badInput(
			`${field} holds a user name or password`,
			"Remove the part before '@'. The API key of the credential is all that is needed.",
		);
	}
	const { origin, pathname } = new URL(text);
	return success({ origin, path: withoutSlashes(pathname) });
}

/** A host with a port or without, what comes behind it, and before it a scheme with slashes too few or too many. */
const WITHOUT_SCHEME = /^(?:(https?):)?[/\\]*([^\s/\\?#@]{1,260})([/?#].*)?$/is;

/** Longer ones are not told back. */
const LONGEST_PROPOSAL = 300;

/** What may have been meant, as further sentences; '' where nobody could tell. */
function proposalFor(text: string): string {
	const [, scheme, host = '', rest = ''] = WITHOUT_SCHEME.exec(text.slice(0, LONGEST_PROPOSAL + 1)) ?? [];
	const isAddress = (isHost(host) && /[.:]|^localhost$/i.test(host)) || /^\[[\d.:A-F]+\](?::\d+)?$/i.test(host);
	if (!isAddress || text.length > LONGEST_PROPOSAL || /\p{Cc}/u.test(text)) return '';
	const [plain, secure] = ['http', 'https'].map((one) => `${one}://${host}${rest}`);
	if (scheme !== undefined) return ` Write ${scheme.toLowerCase() === 'http' ? plain : secure}.`;
	// What has a port of its own mostly speaks plain HTTP, within a cluster.
	return /:(?!443$)\d+$/.test(host)
		? ` Write ${plain}, or ${secure} if the port speaks TLS.`
		: ` Write ${secure}, or ${plain} if the server does not speak TLS.`;
}

/** A path without the slashes at its end, however many. */
export function withoutSlashes(path: string): string {
	let end = path.length;
	while (path[end - 1] === '/') end--;
	return path.slice(0, end);
}
