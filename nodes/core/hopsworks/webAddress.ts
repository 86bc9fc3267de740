/** An address that the credential names: what it may be, and where it begins. */
import { quoted } from '../failure/excerpt';
import { badInput, success, type Outcome } from '../failure/outcome';

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
		return badInput(`${field} is not a web address: ${quoted(text)}`, 'It must begin with http:// or https://.');
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

/** A path without the slashes at its end, however many. */
export function withoutSlashes(path: string): string {
	let end = path.length;
	while (path[end - 1] === '/') end--;
	return path.slice(0, end);
}
