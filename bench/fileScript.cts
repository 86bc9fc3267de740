/**
 * The floor for files: the least code that could score one as it flows. A keep-alive pool, lines cut at every comma, lines out
 * in their order. It checks nothing and survives nothing. As a process of its own:
 * `node --require tsx/cjs bench/fileScript.cts <file> <output> <address> <columns> <rows per request> <in flight>`
 */
import { once } from 'node:events';
import { createReadStream, createWriteStream } from 'node:fs';
import { Agent } from 'node:http';
import { at, listOf } from '../test/support/json.cts';
import { post } from './post.cts';

/** Scores lines, whose cells at some places the model reads. */
async function score(lines: string[], places: number[], url: string, agent: Agent): Promise<string> {
	const inputs = lines.map((line) => {
		const cells = line.split(',');
		return `[${places.map((place) => cells[place]).join()}]`;
	});
	const reply: unknown = JSON.parse(await post(url, `{"inputs":[${inputs.join()}]}`, agent));
	const predictions = listOf(at(reply, 'predictions'));
	return lines.map((line, row) => `${line},${String(predictions[row])}\n`).join('');
}

async function main([
	file = '',
	out = '',
	url = '',
	names = '',
	perRequest = '',
	flight = '',
]: string[]): Promise<void> {
	const [rowsPerRequest, inFlight] = [Number(perRequest), Number(flight)];
	const agent = new Agent({ keepAlive: true, maxSockets: inFlight });
	const output = createWriteStream(out);
	/** Those under way, and as many that wait for a connection, so that none is ever idle. */
	const underWay: Array<Promise<string>> = [];
	let places: number[] | undefined;
	let lines: string[] = [];
	let rest = '';
	const next = async (): Promise<void> => {
		const scored = await underWay.shift();
		if (!output.write(scored ?? '')) await once(output, 'drain');
	};
	const send = async (batch: string[]): Promise<void> => {
		underWay.push(score(batch, places ?? [], url, agent));
		if (underWay.length >= 2 * inFlight) await next();
	};
	const input: AsyncIterable<string> = createReadStream(file, { encoding: 'utf8', highWaterMark: 256 * 1024 });
	for await (const chunk of input) {
		const cut = (rest + chunk).split('\n');
		rest = cut.pop() ?? '';
		if (!places) {
			const header = cut.shift() ?? '';
			places = names.split(',').map((name) => header.split(',').indexOf(name));
			output.write(`${header},prediction\n`);
		}
		for (const line of cut) {
			if (lines.push(line) < rowsPerRequest) continue;
			const batch = lines;
			lines = [];
			await send(batch);
		}
	}
	if (rest !== '') lines.push(rest);
	if (lines.length > 0) await send(lines);
	while (underWay.length > 0) await next();
	output.end();
	await once(output, 'finish');
	process.exit();
}

void main(process.argv.slice(2));
