/** A queue from one who calls to one who iterates. */

interface Queue<Entry> extends AsyncIterable<Entry> {
	/** Returns whether anyone still reads. */
	put(entry: Entry): boolean;
	/** No more will be put. */
	end(): void;
	/** No more will be read. */
	leave(): void;
}

export function queue<Entry extends object>(): Queue<Entry> {
	const entries: Entry[] = [];
	let hasEnded = false;
	let isRead = true;
	let wake = (): void => {};
	return {
		put(entry) {
			entries.push(entry);
			wake();
			return isRead;
		},
		end() {
			hasEnded = true;
			wake();
		},
		leave() {
			isRead = false;
		},
		async *[Symbol.asyncIterator]() {
			for (;;) {
				// One by one: what is put while an entry is out, the end too, is seen before the next look.
				for (let entry = entries.shift(); entry !== undefined; entry = entries.shift()) yield entry;
				if (hasEnded) return;
				await new Promise<void>((resolve) => {
					wake = resolve;
				});
			}
		},
	};
}
