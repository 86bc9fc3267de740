/** Server-sent events: text as it arrives, cut into events (WHATWG HTML, 'Interpreting an event stream'). */

export interface ServerEvent {
	/** '' where the server named none. */
	type: string;
	data: string;
}

interface EventReader {
	/** The events that this text completes. */
	push(text: string): ServerEvent[];
	/** The event that the end of the stream completes. */
	end(): ServerEvent[];
}

const LINE_END = /\r\n|\n|\r/;
const DATA = 'data:';
const TYPE = 'event:';

/** How a stream of events begins, whatever its media type says; blank lines may come before. */
export const EVENTS_BEGIN = /^\s*(?::|(?:data|event|id|retry):)/;

export function eventReader(): EventReader {
	/** The line that has not ended, as it came: it is looked through and joined once, in however many pieces it comes. */
	let pieces: string[] = [];
	/** Whether a line ended with `\r`, the last that came: a `\n` that comes next is part of that end. */
	let endsInReturn = false;
	let data: string[] = [];
	let type = '';

	function readLine(line: string): ServerEvent[] {
		if (line === '') return finish();
		// Comments and the fields `id` and `retry` mean nothing here.
		if (line.startsWith(DATA)) data.push(line.slice(DATA.length).replace(/^ /, ''));
		if (line.startsWith(TYPE)) type = line.slice(TYPE.length).trim();
		return [];
	}

	function finish(): ServerEvent[] {
		const event = { type, data: data.join('\n') };
		data = [];
		type = '';
		return event.data.trim() === '' ? [] : [event];
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
