/** A queue from one who calls to one who iterates. */

export interface Queue<Entry> extends AsyncIterable<Entry> {
	/** Gives whether anyone still reads. */
	put(entry: Entry): boolean;
	/** No more will be put. */
	end(): void;
	/** No more will be read. */
	leave(): void;
}

export function queue<Entry>(): Queue<Entry> {
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
				yield* entries.splice(0);
				if (hasEnded) return;
				await new Promise<void>((resolve) => {
					wake = resolve;
				});
			}
		},
	};
}
