/** The model that the benchmark asks, as a process of its own: `node --require tsx/cjs bench/model.cts`. It prints its address. */
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';

/** A row with this first value is refused. */
export const BAD = -1;

/** Requests so far, at `GET /requests`. */
let requests = 0;

/** How a request is answered: by the path `/<milliseconds>/<microseconds a row>/<kind>/…`. */
type Kind = 'number' | 'long';

function rowsIn(body: string): unknown[] {
	const { inputs }: { inputs?: unknown[] } = JSON.parse(body);
	return inputs ?? [];
}

/** One prediction a row, told apart by its position; `long` ones do not fit a JavaScript number. */
function predict(rows: number, kind: Kind): string {
	const head = kind === 'long' ? '92233720368547' : '';
	return `{"predictions":[${Array.from({ length: rows }, (_, row) => `${head}${10_000 + row}`).join()}]}`;
}

function start(): void {
	const server = createServer(async (request, response) => {
		if (request.method === 'GET') return response.end(String(requests));
		requests++;
		const [, wait, perRow, kind] = (request.url ?? '').split('/');
		const rows = rowsIn(await text(request));
		const isBad = rows.some((row) => Array.isArray(row) && row[0] === BAD);
		const body = isBad ? '{"error":"bad row"}' : predict(rows.length, kind === 'long' ? 'long' : 'number');
		const answer = (): void => {
			response.writeHead(isBad ? 500 : 200, { 'content-type': 'application/json' });
			response.end(body);
		};
		const milliseconds = Number(wait) + (Number(perRow) * rows.length) / 1000;
		if (milliseconds > 0) setTimeout(answer, milliseconds);
		else answer();
		return undefined;
	});
	server.keepAliveTimeout = 60_000;
	server.listen(0, '127.0.0.1', () => {
		const address = server.address();
		console.log(typeof address === 'object' && address ? `http://127.0.0.1:${address.port}` : '');
	});
}

if (require.main === module) start();
