/** The parts of a message's content, from n8n's AI node SDK to OpenAI's form. */
import type { MessageContent } from '@n8n/ai-node-sdk';
import { asText, encode, isRecord } from '../core/json/json';

type ContentFile = Extract<MessageContent, { type: 'file' }>;
type WirePart = Record<string, unknown>;

/** Types of OpenAI's own parts, and of vLLM's, beside text. */
export const WIRE_TYPES = ['image_url', 'input_audio', 'audio_url', 'video_url'];

export function textsIn(content: MessageContent[]): string[] {
	return content.filter((part) => part.type === 'text').map(({ text }) => text);
}

/** An address as it is given, data as a data URL. */
function fileUrl({ data, mediaType = 'application/octet-stream', providerMetadata }: ContentFile): string {
	const url = providerMetadata?.url ?? data;
	if (typeof url === 'string' && /^(https?|data):/.test(url)) return url;
	const base64 = typeof data === 'string' ? data : Buffer.from(data ?? []).toString('base64');
	return `data:${mediaType};base64,${base64}`;
}

/** Pictures, sounds and films by their addresses, text as text; any other file in OpenAI's form, for the server to judge. */
function filePart(file: ContentFile): WirePart {
	const [kind, subtype] = (file.mediaType ?? 'image').split('/', 2);
	const url = fileUrl(file);
	if (kind === 'audio') return { type: 'audio_url', audio_url: { url } };
	if (kind === 'video') return { type: 'video_url', video_url: { url } };
	if (kind === 'text' && subtype !== undefined && typeof file.data === 'string')
		return { type: 'text', text: file.data };
	if (kind !== 'image') return { type: 'file', file: { file_data: url } };
	return { type: 'image_url', image_url: { url } };
}

/** A part that n8n hands on as another provider's own; pictures have their address in an object there, or as it is. */
function providerPart(value: Record<string, unknown>): WirePart {
	if (value.type !== 'image_url' || typeof value.image_url !== 'string') return value;
	return { ...value, image_url: { url: value.image_url } };
}

function wirePart(part: MessageContent): WirePart[] {
	if (part.type === 'text') return [{ type: 'text', text: part.text }];
	if (part.type === 'file') return [filePart(part)];
	return part.type === 'provider' ? [providerPart(part.value)] : [];
}

/** Content that is text alone goes out as text, its parts line by line as vLLM puts them together; other as parts, in order. */
export function wireContent(content: MessageContent[]): string | WirePart[] {
	const parts = content.flatMap(wirePart).filter(({ type, text }) => type !== 'text' || text !== '');
	if (parts.some(({ type }) => type !== 'text')) return parts;
	return parts.map(({ text }) => asText(text)).join('\n');
}

const SDK_TYPES: Array<MessageContent['type']> = ['text', 'file', 'provider'];

function isPart(value: unknown): value is MessageContent {
	return isRecord(value) && SDK_TYPES.some((type) => type === value.type);
}

/** What a tool gave: text, parts, or anything else as JSON. */
export function toolContent(result: unknown): string | WirePart[] {
	if (typeof result === 'string') return result;
	return Array.isArray(result) && result.every(isPart) ? wireContent(result) : encode(result);
}
