/** Replies of a language model, whole and streamed. */

interface ChatReply {
	status: number;
	type: string;
	body: Buffer;
}

export function answerWith(content: string): ChatReply {
	const choice = { index: 0, message: { role: 'assistant', content }, finish_reason: 'stop' };
	const body = Buffer.from(JSON.stringify({ object: 'chat.completion', choices: [choice] }));
	return { status: 200, type: 'application/json', body };
}

/** One event of a streamed answer. */
export function event(content: string, finish: string | null, more: object = {}): string {
	const choices = [{ index: 0, delta: { content }, finish_reason: finish }];
	return `data: ${JSON.stringify({ ...more, object: 'chat.completion.chunk', choices })}\n\n`;
}

export function streamed(events: string[]): ChatReply {
	return { status: 200, type: 'text/event-stream', body: Buffer.from(`${events.join('')}data: [DONE]\n\n`) };
}
