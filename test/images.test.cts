/** The type of an image is told by its first bytes. */
import { imageUrl } from '../nodes/core/language/images';

test.each([
	['image/png', '\x89PNG\r\n\x1a\nrest'],
	['image/jpeg', '\xff\xd8\xffrest'],
	['image/gif', 'GIF87arest'],
	['image/gif', 'GIF89arest'],
	['image/webp', 'RIFF\n\0\0\0WEBPrest'],
])('%s', (type, text) => {
	const bytes = Buffer.from(text, 'latin1');
	const url = `data:${type};base64,${bytes.toString('base64')}`;
	expect(imageUrl(bytes, 'photo', 'text/plain')).toEqual({ ok: true, value: url });
	expect(imageUrl(Buffer.concat([Buffer.from(' '), bytes]), 'photo', type).ok).toBe(false);
});

test.each([
	['', "'photo' is not an image that models read, but empty"],
	['RIFF\0\0\0\0WAVE', "'photo' is not an image that models read, but image/webp"],
])('%j is none', (text, message) => {
	const read = imageUrl(Buffer.from(text, 'latin1'), 'photo', 'image/webp');
	expect(read).toMatchObject({ ok: false, failure: { kind: 'input', message } });
});
