/** The form of a reply: which members it has, and of what kind; what they say does not matter, but for a few words. */
import { isJsonText, read } from './json.cts';
import { LEFT_OUT } from './recorded.cts';

/** Members whose text is a word of the protocol. */
const WORDS = new Set(['object', 'role', 'type', 'finish_reason', 'owned_by', 'model', 'version']);
/** Lists that have one entry for something that was asked for. */
const COUNTED = new Set(['choices', 'data', 'top_logprobs', 'embedding', 'predictions', 'permission']);
/** Lists of numbers of any length, as characters have more than one byte or none. */
const ANY_LENGTH = new Set(['bytes', 'tokens']);

export function formOf(value: unknown, name = ''): unknown {
	if (Array.isArray(value)) {
		if (ANY_LENGTH.has(name)) return 'numbers';
		const forms = [...new Set(value.map((entry) => JSON.stringify(formOf(entry))))].toSorted();
		return { each: forms.map((form) => read(form)), ...(COUNTED.has(name) && { length: value.length }) };
	}
	if (typeof value === 'object' && value !== null) {
		const members = Object.entries(value).toSorted(([one], [other]) => (one < other ? -1 : 1));
		return Object.fromEntries(members.map(([member, inside]) => [member, formOf(inside, member)]));
	}
	if (typeof value === 'string') return WORDS.has(name) ? value : 'text';
	return value === null ? 'null' : typeof value;
}

/** The forms of a stream's events in their order, each once where several alike follow one another. */
function formsOf(events: string): unknown[] {
	const forms = events
		.split('\n\n')
		.filter(Boolean)
		.map((event) => event.replace(/^data: /, ''))
		.map((data) => JSON.stringify(isJsonText(data) ? formOf(read(data)) : data));
	return forms.filter((form, index) => form !== forms[index - 1]).map((form) => read(form));
}

/** What is known of a stream: the forms of its events, of one that was shortened only those before and after the gap. */
export function streamForms(recordedBody: string, body: string): { recorded: unknown[][]; seen: unknown[][] } {
	const [head = '', tail] = recordedBody.split(LEFT_OUT);
	const seen = formsOf(body);
	if (tail === undefined) return { recorded: [formsOf(head)], seen: [seen] };
	const recorded = [formsOf(head.slice(0, head.lastIndexOf('\n\n'))), formsOf(tail.slice(tail.indexOf('\n\n') + 2))];
	return { recorded, seen: [seen.slice(0, recorded[0]?.length), seen.slice(-(recorded[1]?.length ?? 0))] };
}

interface Ends {
	head: string;
	tail: string;
	length: number;
}

/** What is known of a text that was shortened: its two ends, and how long it was. */
export function endsOf(body: string, recordedBody: string): { recorded: Ends; seen: Ends } {
	const [head = '', tail = ''] = recordedBody.split(LEFT_OUT);
	const whole = Number(/\d+/.exec(LEFT_OUT.exec(recordedBody)?.[0] ?? '')?.[0]);
	return {
		recorded: { head, tail, length: whole },
		seen: { head: body.slice(0, head.length), tail: body.slice(-tail.length), length: body.length },
	};
}

/** What stands around the vectors of a reply, without its own numbers and names. */
export function aroundVectors(body: string): string[] {
	const plain = (text: string): string => text.replace(/"(\w+)-[\da-f]{16}"/g, '"$1"').replace(/\d+/g, '0');
	const start = body.search(/\[-?\d/);
	const end = body.search(/\d\](?!.*\d\])/s);
	return [plain(body.slice(0, start)), plain(body.slice(end + 1))];
}
