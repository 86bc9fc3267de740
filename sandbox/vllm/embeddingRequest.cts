/** What is wrong with a request for embeddings: it has one of seven forms, and each of them tells what it lacks. */
import { int } from './fields.cts';
import { issue, missing, notA, notOneOf, type Issue, type Place } from './issues.cts';
import { issuesOfMessage } from './messages.cts';
import type { Fields } from './server.cts';

const PLACE: Place = ['function-wrap[__log_extra_fields__()]'];
const INPUT: Place = [...PLACE, 'input'];
const ENCODINGS = ['float', 'base64', 'bytes', 'bytes_only'];

type Form = (body: Fields) => Issue[];

/** Every entry of a list; one that is no list has that issue. */
function each(value: unknown, place: Place, read: (entry: unknown, place: Place) => Issue[]): Issue[] {
	return Array.isArray(value)
		? value.flatMap((entry: unknown, index) => read(entry, [...place, index]))
		: [notA('list', place, value)];
}

const string = (value: unknown, place: Place): Issue[] =>
	typeof value === 'string' ? [] : [notA('string', place, value)];

const encoding: Form = ({ encoding_format: given = 'float' }) =>
	ENCODINGS.includes(String(given)) ? [] : [notOneOf([...PLACE, 'encoding_format'], ENCODINGS, given)];

const messages: Form = (body) => ('messages' in body ? [] : [missing([...PLACE, 'messages'], body)]);

/** A form with `input`, read in one way or in the first of several that fits. */
const input =
	(...reads: Array<(value: unknown) => Issue[]>): Form =>
	(body) => {
		if (!('input' in body)) return [missing(INPUT, body)];
		const found = reads.map((read) => read(body.input));
		return found.some((issues) => issues.length === 0) ? [] : found.flat();
	};

/** Of any kind, but a text is none. */
function sequence(value: unknown): Issue[] {
	if (typeof value === 'string') {
		const says = "'str' instances are not allowed as a Sequence value";
		return [issue('sequence_str', INPUT, says, value, { type_name: 'str' })];
	}
	if (Array.isArray(value))
		return each(value, INPUT, (entry, place) => (Array.isArray(entry) ? [] : [notA('list', place, entry)]));
	const says = 'Input should be an instance of Sequence';
	return [issue('is_instance_of', INPUT, says, value, { class: 'Sequence' })];
}

const texts: Form = input(
	(value) => each(value, [...INPUT, 'list[int]'], int),
	(value) => each(value, [...INPUT, 'list[list[int]]'], (entry, place) => each(entry, place, int)),
	(value) => string(value, [...INPUT, 'str']),
	(value) => each(value, [...INPUT, 'list[str]'], string),
);

const FORMS: Form[][] = [
	[encoding, texts],
	[encoding, messages],
	[encoding, messages],
	[encoding, messages],
	[input((value) => each(value, INPUT, issuesOfMessage))],
	[encoding, messages],
	[input(sequence)],
];

/** Nothing where the body has one of the forms that the sandbox serves: texts, or a conversation. */
export function issuesOfEmbedding(body: Fields): Issue[] {
	const found = FORMS.map((checks) => checks.flatMap((check) => check(body)));
	return found[0]?.length === 0 || found[1]?.length === 0 ? [] : found.flat();
}
