/** n8n's own REST API, asked as the editor asks it. */
import { randomUUID } from 'node:crypto';

export interface Owner {
	email: string;
	password: string;
}

export interface Session {
	/** What the editor names itself by. */
	session: string;
	/** Throws where the reply is no good one. */
	post: (path: string, body: object) => Promise<Response>;
}

export async function logIn(url: string, { email, password }: Owner): Promise<Session> {
	const [browser, session] = [randomUUID(), randomUUID()];
	let cookie = '';
	const post = async (path: string, body: object): Promise<Response> => {
		const headers = { 'content-type': 'application/json', 'browser-id': browser, 'push-ref': session, cookie };
		const reply = await fetch(`${url}${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
		if (!reply.ok) throw new Error(`${path} answered ${reply.status}: ${await reply.text()}`);
		return reply;
	};
	const loggedIn = await post('/rest/login', { emailOrLdapLoginId: email, password });
	cookie = loggedIn.headers
		.getSetCookie()
		.map((line) => line.split(';', 1).join())
		.join('; ');
	return { session, post };
}
