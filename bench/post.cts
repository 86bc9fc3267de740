/** A request as a bare script sends it: no check, no second try. */
import { type Agent, request } from 'node:http';
import { text } from 'node:stream/consumers';

export async function post(url: string, body: string, agent: Agent): Promise<string> {
	return await new Promise((resolve, reject) => {
		const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
		const call = request(url, { method: 'POST', agent, headers }, (response) => resolve(text(response)));
		call.on('error', reject);
		call.end(body);
	});
}
