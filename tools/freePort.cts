/** Ports of this machine that nothing listens on. */
import getPort from 'get-port';

/** Below those that systems give to outgoing connections: a server may begin to listen a minute after its port was chosen. */
const LAST = 29_999;
let next = 21_000;

const host = '127.0.0.1';

/** A port that was not given before. */
export async function freePort(): Promise<number> {
	const port = await getPort({ host, port: getPort.makeRange(next, LAST) });
	next = port + 1;
	return port;
}

export async function isFree(port: number): Promise<boolean> {
	return (await getPort({ host, port })) === port;
}
