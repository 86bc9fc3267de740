/** What the server of the table of blocks answers: replies that are hard to read, each by the name of a deployment. */
import { gzipSync } from 'node:zlib';
import { answerWith, event, streamed } from './chatReplies.cts';

export interface HardReply {
	status: number;
	type: string;
	body: Buffer;
	isGzip?: boolean;
}

export const MEGABYTE = 1_000_000;

/** Pieces one after the other, up to so many bytes and never beyond. */
function fill(bytes: number, head: string, pieceOf: (number: number) => string, tail: string): string {
	const pieces: string[] = [];
	let size = head.length + tail.length;
	for (let number = 0; ; number++) {
		const piece = `${number === 0 ? '' : ','}${pieceOf(number)}`;
		size += piece.length;
		if (size > bytes) return `${head}${pieces.join('')}${tail}`;
		pieces.push(piece);
	}
}

const LIST = '{"predictions":[';
const numberOf = (number: number): string => String((number * 7919) % 1_000_003);

/** Bodies of so many bytes that hold no prediction for the rows, and no words on why. */
const CONTENTS = {
	numbers: (bytes: number) => fill(bytes, LIST, numberOf, ']}'),
	longs: (bytes: number) => fill(bytes, LIST, (number) => `9223372036854${numberOf(number).padStart(6, '0')}`, ']}'),
	objects: (bytes: number) =>
		fill(bytes, LIST, (number) => `{"label":"class ${number % 10}","score":${numberOf(number)}}`, ']}'),
	keys: (bytes: number) => fill(bytes, '{', (number) => `"k${number}":${number % 1000}`, '}'),
	brackets: (bytes: number) => '['.repeat(bytes),
	text: (bytes: number) => `"${'a'.repeat(bytes - 2)}"`,
	cut: (bytes: number) => fill(bytes, LIST, numberOf, 'x]}'),
	/** With words on why, and much else. */
	error: (bytes: number) => fill(bytes, '{"error":"bad row","rows":[', numberOf, ']}'),
};

export type Content = keyof typeof CONTENTS;

/** The deployment that answers with a status and so many megabytes of something. */
export function deploymentOf(status: 200 | 500, content: Content, megabytes = 10): string {
	return `reply-${status}-${content}-${megabytes}`;
}

function isContent(name: string): name is Content {
	return name in CONTENTS;
}

function contentReply(status: string, content: string, megabytes: string): HardReply {
	if (!isContent(content)) throw new Error(`no body is called '${content}'`);
	const body = Buffer.from(CONTENTS[content](Number(megabytes) * MEGABYTE));
	return { status: Number(status), type: 'application/json', body };
}

function deepAnswer(levels: number): string {
	return levels === 0 ? '1' : `{"child":${deepAnswer(levels - 1)}}`;
}

const FIELDS = 5000;

const OTHERS: Record<string, () => HardReply> = {
	page: () => ({ status: 500, type: 'text/html', body: Buffer.from('<body'.repeat(20_000)) }),
	bomb: () => ({
		status: 200,
		type: 'application/json',
		body: gzipSync(Buffer.from(`{"predictions":"${'0'.repeat(400 * MEGABYTE)}"}`), { level: 9 }),
		isGzip: true,
	}),
	fence: () => answerWith(`\`\`\`json${'\n'.repeat(2000)}`),
	deep: () => answerWith(deepAnswer(18)),
	answer: () => answerWith('Hello'),
	fields: () =>
		streamed([
			...Array.from({ length: FIELDS }, (_, field) => event('a', null, { [`field${field}`]: field })),
			event('', 'stop'),
		]),
	line10: () => streamed([event('a'.repeat(10 * MEGABYTE), 'stop')]),
	line32: () => streamed([event('a'.repeat(32 * MEGABYTE), 'stop')]),
};

const made = new Map<string, HardReply>();

/** The reply of a deployment; undefined for one that just answers what it is asked. */
export function hardReply(deployment: string): HardReply | undefined {
	const [, status, content, megabytes] = /^reply-(\d+)-(\w+)-(\d+)$/.exec(deployment) ?? [];
	const reply =
		made.get(deployment) ??
		(status && content && megabytes ? contentReply(status, content, megabytes) : OTHERS[deployment]?.());
	if (reply) made.set(deployment, reply);
	return reply;
}
