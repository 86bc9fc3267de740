/** Images as a language model is sent them. */
import { badInput, success, type Outcome } from '../failure/outcome';

/** Larger ones are refused here: in base64 they grow by a third, and models shrink them anyway. */
const MOST_BYTES = 20 * 1024 * 1024;

const SIGNATURES: Array<[type: string, matches: (bytes: Buffer) => boolean]> = [
	['image/png', (bytes) => bytes.subarray(0, 8).toString('latin1') === '\x89PNG\r\n\x1a\n'],
	['image/jpeg', (bytes) => bytes.subarray(0, 3).toString('hex') === 'ffd8ff'],
	['image/gif', (bytes) => /^GIF8[79]a/.test(bytes.subarray(0, 6).toString('latin1'))],
	['image/webp', (bytes) => /^RIFF.{4}WEBP/s.test(bytes.subarray(0, 12).toString('latin1'))],
];

/** The media type of an image, told by its first bytes: n8n's own guess goes by the file's name. */
function imageType(bytes: Buffer): string | undefined {
	return SIGNATURES.find(([, matches]) => matches(bytes))?.[0];
}

/** An image as a data URL. Fails where it is none, or too large; `field` and `mediaType` (n8n's media type) name it. */
export function imageUrl(bytes: Buffer, field: string, mediaType: string): Outcome<string> {
	if (bytes.length > MOST_BYTES) {
		const megabytes = (bytes.length / 1024 / 1024).toFixed(1);
		return badInput(
			`The image '${field}' has ${megabytes} MB, and ${MOST_BYTES / 1024 / 1024} MB is the most`,
			'Make it smaller, for example with an Edit Image node before this one.',
		);
	}
	const type = imageType(bytes);
	if (type === undefined) {
		return badInput(
			`'${field}' is not an image that models read, but ${bytes.length === 0 ? 'empty' : mediaType}`,
			"PNG, JPEG, GIF and WebP are sent. Convert it, or take it out of 'Images' in the options.",
		);
	}
	return success(`data:${type};base64,${bytes.toString('base64')}`);
}
