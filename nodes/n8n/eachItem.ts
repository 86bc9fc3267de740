/** What is read of the options of each item: nearly always all of them have the same. */
import type { Options } from './options';

/** `options` are those of the first item. `readFrom` throws `unusable`. */
export function eachItem<Values, Read>(options: Options<Values>, readFrom: (options: Options<Values>) => Read) {
	const first = readFrom(options);
	/** Of the items that have something else than the first. */
	const others = new Map<number, Read>();
	let last = { options, read: first };
	return {
		first,
		/** Takes note of what an item has. Most items have the options of the one before. */
		read(item: number, itemOptions: Options<Values>): void {
			if (itemOptions !== last.options) last = { options: itemOptions, read: readFrom(itemOptions) };
			if (last.read !== first) others.set(item, last.read);
		},
		of(item: number): Read {
			return others.size === 0 ? first : (others.get(item) ?? first);
		},
	};
}
