/** The field of an outgoing item that gets the answer. */
import type { GenericValue, IDataObject } from 'n8n-workflow';
import { quoted } from '../core/failure/excerpt';
import type { Run } from './run';

/**
 * The field of each item that gets its answer: by an expression it may be another one for each. `first` is that of the
 * first item. Where an incoming field of that name is lost, the run says so.
 */
export function answerField({ items, notes }: Run, first: string, keepsInput: boolean) {
	/** Of the items whose field is another one than that of the first. */
	const others = new Map<number, string>();
	return {
		/** Takes note of an item's field. */
		read(item: number, name: string): void {
			if (name !== first) others.set(item, name);
		},
		/** Puts an answer into an outgoing item, into its field or one whose name goes on so. */
		put(item: number, json: IDataObject, value: GenericValue | IDataObject, ending = ''): void {
			const name = `${others.get(item) ?? first}${ending}`;
			if (keepsInput && Object.hasOwn(items[item]?.json ?? {}, name)) {
				notes.add(
					`The incoming field ${quoted(name)} was overwritten. To keep it, set 'Output Field' in the options to another name`,
				);
			}
			json[name] = value;
		},
	};
}
