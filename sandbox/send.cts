/** Writes a reply to the wire as it is, to the last byte and no further. */
import type { ServerResponse } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import type { Reply, Stream } from './reply.cts';

export async function send(
	response: ServerResponse,
	{ status, headers, body, bytes = Buffer.from(body), stream }: Reply,
): Promise<void> {
	if (!stream) {
		// 204 says by itself that nothing follows, and may not say it twice (RFC 9110, 8.6).
		const length = status === 204 ? {} : { 'content-length': bytes.length };
		response.writeHead(status, { ...headers, ...length }).end(bytes);
		return;
	}
	response.writeHead(status, headers);
	await flow(response, stream);
}

/** Sends a stream piece by piece, until its reader has gone. */
async function flow(response: ServerResponse, { pieces, pause, ending }: Stream): Promise<void> {
	for (const piece of pieces) {
		await wait(pause);
		if (response.destroyed) return;
		response.write(piece);
	}
	if (ending === 'cut') response.socket?.destroy();
	else if (ending !== 'stall') response.end();
}
