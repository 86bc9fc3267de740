/** The exception that a Python traceback ends with: what went wrong stands in its last lines, behind all the frames. */

const HEADER = 'Traceback (most recent call last):';

/** Where no line of a traceback is left, its last exception is what looks like the name of one. */
const NAMED = /(?:^|[\s"'(])([A-Za-z_][\w.]{0,200}(?:Error|Exception|Interrupt|Exit|Warning)): /g;

/** Characters behind the last header that are looked through: an exception's own text may be long. */
const LONGEST_END = 256 * 1024;

/** What a traceback is told as; `undefined` where a text holds none, or one without its end. */
export function lastException(text: string): string | undefined {
	const header = text.lastIndexOf(HEADER);
	if (header === -1) return undefined;
	const start = header + HEADER.length;
	const end = text.slice(start, start + LONGEST_END);
	const isEscaped = !end.includes('\n') && end.includes('\\n');
	// An exception within a group stands behind bars, and a traceback may be indented as a whole.
	const before = /[ \t|]*$/.exec(text.slice(Math.max(0, header - 100), header))?.[0] ?? '';
	const lines = (isEscaped ? unescaped(end) : end).split(/\r?\n/).map((line) => withoutPrefix(line, before));
	if (lines.length === 1) return lastNamed(end);
	const first = lines.findIndex((line, index) => index > 0 && line !== '' && !/^[\s|+]/.test(line));
	if (first === -1) return undefined;
	const rest = lines.slice(first);
	// The frame around the exceptions of a group ends them.
	const over = rest.findIndex((line) => /^\s*\+-{3}/.test(line));
	return rest
		.slice(0, over === -1 ? undefined : over)
		.join('\n')
		.trim();
}

function withoutPrefix(line: string, prefix: string): string {
	return prefix !== '' && line.startsWith(prefix) ? line.slice(prefix.length) : line;
}

const ESCAPES: Record<string, string> = { n: '\n', r: '', t: '\t' };

/** A text in the escapes of JSON or of Python's `repr`. */
function unescaped(text: string): string {
	return text.replace(/\\([nrt"'\\])/g, (_whole, escape: string) => ESCAPES[escape] ?? escape);
}

/** The last exception of a traceback whose lines were joined. */
function lastNamed(line: string): string | undefined {
	const last = [...line.matchAll(NAMED)].at(-1);
	return last?.[1] === undefined ? undefined : line.slice(last.index).replace(/^[\s"'(]/, '');
}
