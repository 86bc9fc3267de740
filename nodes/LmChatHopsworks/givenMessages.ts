/**
 * LangChain's messages, rewritten where the AI node SDK would lose a part of them: it leaves out parts that it does not
 * know, such as OpenAI's pictures, which agents write, and takes a message with a role of its own for the user's.
 */
import { asRecord, encode, isRecord } from '../core/json/json';
import { WIRE_TYPES } from './parts';

/** Kinds of LangChain's own parts that hold a file. */
const FILE_TYPES = ['image', 'audio', 'video', 'file', 'text-plain'];
const KINDS_OF_ROLES = new Map<unknown, string>([
	['assistant', 'ai'],
	['system', 'system'],
	['developer', 'system'],
]);

/** A file as the SDK reads it, where it came in LangChain's older form or in Anthropic's. */
function filePart(part: Record<string, unknown>): Record<string, unknown> {
	const { type, source, text } = part;
	const { url, data, mimeType, mime_type, media_type } = { ...part, ...asRecord(source) };
	const plain = type === 'text-plain' || part.source_type === 'text' ? 'text/plain' : undefined;
	const isPicture = type === 'image' ? 'image/png' : undefined;
	return {
		type,
		...(url !== undefined && { url }),
		data: data ?? text,
		mimeType: mimeType ?? mime_type ?? media_type ?? plain ?? isPicture,
	};
}

/** What the SDK reads as it is: its own kinds, and what no model is shown. */
const READ_TYPES = ['reasoning', 'tool_call', 'invalid_tool_call', 'citation', 'non_standard'];

function isText(part: Record<string, unknown>): boolean {
	return part.type === 'text' && typeof part.text === 'string';
}

function isFile({ type, data, url, source, text }: Record<string, unknown>): boolean {
	return FILE_TYPES.some((name) => name === type) && [data, url, source, text].some((given) => given !== undefined);
}

/** Whether a value is content that a model can be sent, not a row of a table that has a type, too. */
function isSendable(part: unknown): boolean {
	const given = asRecord(part);
	return isText(given) || isFile(given) || WIRE_TYPES.some((type) => type === given.type && type in given);
}

function wholePart(part: unknown): unknown {
	if (typeof part === 'string') return { type: 'text', text: part };
	const given = asRecord(part);
	if (isFile(given)) return filePart(given);
	const isRead = isText(given) || READ_TYPES.some((type) => type === given.type);
	return isRead ? part : { type: 'non_standard', value: part };
}

/** What a tool gives may be anything, which is content only where all of it is. */
function isContent(given: unknown): boolean {
	return typeof given === 'string' || (Array.isArray(given) && given.length > 0 && given.every(isSendable));
}

function wholeContent(content: unknown, kind: unknown): unknown {
	if (kind === 'tool' && !isContent(content)) return encode(content);
	return Array.isArray(content) ? content.map(wholePart) : content;
}

/** The messages of a call; whatever is none is left to the SDK. */
export function wholeMessages(messages: unknown): unknown {
	if (!Array.isArray(messages)) return messages;
	return messages.map((message: unknown): unknown => {
		if (!isRecord(message)) return message;
		const kind = message.type === 'generic' ? (KINDS_OF_ROLES.get(message.role) ?? 'human') : message.type;
		return Object.create(message, {
			content: { value: wholeContent(message.content, kind), enumerable: true },
			type: { value: kind, enumerable: true },
		});
	});
}
