/** The field of an outgoing item that gets the answer. */
import type { GenericValue, IDataObject } from 'n8n-workflow';
import { quoted } from '../core/failure/excerpt';
import { eachItem } from './eachItem';
import type { Options } from './options';
import type { Run } from './run';

const OTHER_FIELD =
	"To keep both, set 'Output Field' in the options of this node, or of the one that made that field, to another name";

/** Sentences about single fields in the hint of a run. */
const MOST_TOLD = 5;

export type AnswerField = ReturnType<typeof answerField>;

interface Named {
	outputField: string;
}

/**
 * The field of each item that gets its answer: by an expression it may be another one for each. `options` are those of the
 * first item. Where an incoming field of that name is lost, the run says so.
 */
export function answerField<Values extends Named>(
	{ items, notes }: Run,
	options: Options<Values>,
	keepsInput: boolean,
) {
	const names = eachItem(options, (itemOptions) => itemOptions.get('outputField'));

	const told = new Set<string>();

	/** In a sentence for each name, as long as they are few: an expression may give every item another one. */
	function tellLost(sentence: string): void {
		if (told.size < MOST_TOLD) told.add(sentence);
		notes.add(told.has(sentence) ? sentence : 'Further incoming fields were overwritten, too');
	}

	/** Whether an item comes with a field of that name, which goes out no more. */
	function isLost(item: number, name: string): boolean {
		return keepsInput && Object.hasOwn(items[item]?.json ?? {}, name);
	}

	function put(item: number, json: IDataObject, name: string, value: GenericValue | IDataObject, advice: string): void {
		if (isLost(item, name)) tellLost(`The incoming field ${quoted(name)} was overwritten. ${advice}`);
		json[name] = value;
	}

	return {
		/** Takes note of an item's field. */
		read: names.read,
		/** Puts an answer into an outgoing item. */
		put(item: number, json: IDataObject, value: GenericValue | IDataObject): void {
			put(item, json, names.of(item), value, OTHER_FIELD);
		},
		/** Puts something beside the answer, into a field whose name goes on so. */
		putBeside(item: number, json: IDataObject, ending: string, value: GenericValue | IDataObject): void {
			put(item, json, names.of(item) + ending, value, OTHER_FIELD);
		},
		/** Puts each member of an answer into a field of its own, whose name begins with that of the answer's. */
		putSpread(item: number, json: IDataObject, members: IDataObject): void {
			const beginning = `${names.of(item)}_`;
			// No item can hold this one.
			if (Object.keys(members).some((name) => beginning + name === '__proto__')) {
				return put(item, json, names.of(item), members, OTHER_FIELD);
			}
			let hasLost = false;
			for (const [name, value] of Object.entries(members)) {
				hasLost ||= isLost(item, beginning + name);
				json[beginning + name] = value;
			}
			// In one sentence, however many there are.
			if (hasLost) tellLost(`Incoming fields that begin with ${quoted(beginning)} were overwritten. ${OTHER_FIELD}`);
		},
		/** Puts something into a field whose name is always the same. */
		putAs(item: number, json: IDataObject, name: string, value: GenericValue | IDataObject): void {
			put(item, json, name, value, 'To keep it, rename it before this node');
		},
	};
}
