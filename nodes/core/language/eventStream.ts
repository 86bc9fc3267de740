/** Server-sent events: text as it arrives, cut into the data of each event (WHATWG HTML, 'Interpreting an event stream'). */

interface EventReader {
	/** The data of the events that this text completes. */
	push(text: string): string[];
	/** The data of an event that the end of the stream completes. */
	end(): string[];
}

const LINE_END = /\r\n|\n|\r/;

export function eventReader(): EventReader {
	/** The line that has not ended, as it came: it is looked through and joined once, in however many pieces it comes. */
	let pieces: string[] = [];
	/** Whether a line ended with `\r`, the last that came: a `\n` that comes next is part of that end. */
	let endsInReturn = false;
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

	function takeLine(): string {
		const line = pieces.join('');
		pieces = [];
		return line;
	}

	return {
		push(text) {
			if (text === '') return [];
			const fresh = endsInReturn && text.startsWith('\n') ? text.slice(1) : text;
			endsInReturn = text.endsWith('\r');
			const [rest = '', ...others] = fresh.split(LINE_END);
			pieces.push(rest);
			const begun = others.pop();
			if (begun === undefined) return [];
			const lines = [takeLine(), ...others];
			pieces.push(begun);
			return lines.flatMap(readLine);
		},
		end: () => [...readLine(takeLine()), ...finish()],
	};
}
