/** Server-sent events: text as it arrives, cut into the data of each event (WHATWG HTML, 'Interpreting an event stream'). */

export interface EventReader {
	/** The data of the events that this text completes. */
	push(text: string): string[];
	/** The data of an event that the end of the stream completes. */
	end(): string[];
}

export function eventReader(): EventReader {
	let unread = '';
	let data: string[] = [];

	function readLine(line: string): string[] {
		if (line === '') return finish();
		// Comments and the fields `event`, `id` and `retry` mean nothing here.
		if (line.startsWith('data:')) data.push(line.slice('data:'.length).replace(/^ /, ''));
		return [];
	}

	function finish(): string[] {
		const event = data.join('\n');
		data = [];
		return event.trim() === '' ? [] : [event];
	}

	return {
		push(text) {
			const lines = (unread + text).split(/\r\n|\n|\r(?!$)/);
			unread = lines.pop() ?? '';
			return lines.flatMap(readLine);
		},
		end() {
			const rest = readLine(unread.replace(/\r$/, ''));
			unread = '';
			return [...rest, ...finish()];
		},
	};
}
