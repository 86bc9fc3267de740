/** Names of deployments, namespaces and projects: which may become a part of an address, and which would change it. */
import { quoted } from '../failure/excerpt';
import { badInput, success, type Outcome } from '../failure/outcome';

const LONGEST_NAME = 255;

/** What ends a part of an address or begins another one, to one reader of addresses or the next; some drop control characters. */
const STRUCTURE = /[/\\?#%;:@\p{Cc}]/u;

const NAME_RULE =
	"A name has at most 255 characters, none of which is one of / \\ ? # % ; : @ or a line break, and it is not '.' or '..'.";

/** Whether a text stays one part of a path, once it is encoded: '.' and '..' are steps, which encoding leaves as they are. */
export function isName(text: string): boolean {
	if (text === '' || text.length > LONGEST_NAME || text.trim() !== text || !text.isWellFormed()) return false;
	return text !== '.' && text !== '..' && !STRUCTURE.test(text);
}

/** A name that a user gave; `field` is what the failure calls it, `description` what it says before the rule. */
export function readName(given: string, field: string, description = ''): Outcome<string> {
	const name = given.trim();
	return isName(name) ? success(name) : badInput(`${field} is not a name: ${quoted(name)}`, description + NAME_RULE);
}

/** The namespace that Kubernetes gives a project: lower case, every other character a hyphen (hopsworks-api: `serving_api.py`). */
export function namespaceOf(project: string): string {
	return project.toLowerCase().replace(/[^a-z0-9-]/g, '-');
}
