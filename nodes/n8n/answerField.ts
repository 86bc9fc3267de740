/** The field of an outgoing item that gets the answer. */
import type { GenericValue, IDataObject } from 'n8n-workflow';
import { quoted } from '../core/failure/excerpt';
import type { Options } from './options';
import type { Run } from './run';

const OTHER_FIELD = "set 'Output Field' in the options to another name";

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
	const first = options.get('outputField');
	/** Of the items whose field is another one than that of the first. */
	const others = new Map<number, string>();
	let last = { options, name: first };

	function put(item: number, json: IDataObject, name: string, value: GenericValue | IDataObject, advice: string): void {
		if (keepsInput && Object.hasOwn(items[item]?.json ?? {}, name)) {
			notes.add(`The incoming field ${quoted(name)} was overwritten. To keep it, ${advice}`);
		}
		json[name] = value;
	}

	function nameFor(item: number): string {
		return others.size === 0 ? first : (others.get(item) ?? first);
	}

	return {
		/** Takes note of an item's field. Most items have the options of the one before. */
		read(item: number, itemOptions: Options<Values>): void {
			if (itemOptions !== last.options) last = { options: itemOptions, name: itemOptions.get('outputField') };
			if (last.name !== first) others.set(item, last.name);
		},
		/** Puts an answer into an outgoing item. */
		put(item: number, json: IDataObject, value: GenericValue | IDataObject): void {
			put(item, json, nameFor(item), value, OTHER_FIELD);
		},
		/** Puts something beside the answer, into a field whose name goes on so. */
		putBeside(item: number, json: IDataObject, ending: string, value: GenericValue | IDataObject): void {
			put(item, json, nameFor(item) + ending, value, OTHER_FIELD);
		},
		/** Puts something into a field whose name is always the same. */
		putAs(item: number, json: IDataObject, name: string, value: GenericValue | IDataObject): void {
			put(item, json, name, value, 'rename it before this node');
		},
	};
}
