/** Listens on 127.0.0.1, in plain HTTP or over TLS with a certificate of its own. */
import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer, type Server as TlsServer } from 'node:https';
import { generate } from 'selfsigned';

export interface Listening {
	port: number;
	close(): Promise<void>;
}

async function start(server: Server | TlsServer, port: number): Promise<Listening> {
	server.keepAliveTimeout = 60_000;
	server.listen(port, '127.0.0.1');
	await once(server, 'listening');
	const address = server.address();
	return {
		port: typeof address === 'object' && address ? address.port : port,
		async close() {
			server.close();
			server.closeAllConnections();
			await once(server, 'close');
		},
	};
}

export async function listen(port: number, answered: RequestListener): Promise<Listening> {
	return await start(createServer(answered), port);
}

/** A certificate, with those above it where a client needs them, and its private key; both as PEM. */
export interface Identity {
	certificate: string;
	key: string;
}

/** For the addresses by which the own machine is called; nobody has to trust it but those who are given it. */
async function ownIdentity(): Promise<Identity> {
	const name = [{ name: 'commonName', value: '127.0.0.1' }];
	const { cert: certificate, private: key } = await generate(name, {
		algorithm: 'sha256',
		extensions: [
			{ name: 'basicConstraints', cA: true, critical: true },
			{ name: 'keyUsage', digitalSignature: true, keyEncipherment: true, keyCertSign: true, critical: true },
			{
				name: 'subjectAltName',
				altNames: [
					{ type: 7, ip: '127.0.0.1' },
					{ type: 2, value: 'localhost' },
				],
			},
		],
	});
	return { certificate, key };
}

/** With a certificate of its own unless one is given. */
export async function listenOverTls(
	port: number,
	answered: RequestListener,
	identity?: Identity,
): Promise<Listening & { certificate: string }> {
	const { certificate, key } = identity ?? (await ownIdentity());
	return { ...(await start(createTlsServer({ cert: certificate, key }, answered), port)), certificate };
}
