/** Language models in the benchmark: how soon the first piece of a streamed answer is sent on, and how well a window packs prompts. */
import { runModel } from '../test/support/engine.cts';
import { startServer, type Reply } from '../test/support/server.cts';

export const PROMPTS = 200;
export const WIDTH = 5;
const RUNS = 51;
/** Milliseconds that a model thinks before its first piece. */
const THINKING = 30;

/**
 * Milliseconds that each prompt takes, the same in every run: 0.1 to 0.3 s with a median of 0.2 s, but 2 s for one in
 * twenty, here and there.
 */
export const durations = Array.from({ length: PROMPTS }, (_, prompt) =>
	(prompt * 7) % 20 === 3 ? 2000 : 100 + ((prompt * 61) % 201),
);

/** Milliseconds of a schedule without any gap: all the work over the width, or the longest prompt. */
export const ideal = Math.max(durations.reduce((sum, one) => sum + one, 0) / WIDTH, ...durations);

/** The answer to the prompt of a number, after as long as it takes. */
export function slowAnswer(body: string): Reply {
	const [, prompt = '0'] = /prompt (\d+)/.exec(body) ?? [];
	const choice = { index: 0, message: { role: 'assistant', content: `answer ${prompt}` }, finish_reason: 'stop' };
	return { delay: durations[Number(prompt)] ?? 0, body: { object: 'chat.completion', choices: [choice] } };
}

const chat = (prompt: string, options = {}) => ({
	operation: 'chat',
	deployment: { __rl: true, mode: 'name', value: 'llm' },
	prompt,
	includeInputFields: false,
	options,
});

/** Milliseconds from the server's writing of the first piece to the chunk that the node sends: one for each run. */
export async function firstPieces(): Promise<number[]> {
	const event = (delta: object, finish: string | null) =>
		`data: ${JSON.stringify({ choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`;
	let written = 0;
	function* stream(): Generator<string | number> {
		yield THINKING;
		written = performance.now();
		yield event({ content: 'Hello' }, null);
		yield THINKING;
		yield `${event({}, 'stop')}data: [DONE]\n\n`;
	}
	const server = await startServer(() => ({ headers: { 'content-type': 'text/event-stream' }, stream: stream() }));
	const delays: number[] = [];
	for (let run = 0; run < RUNS; run++) {
		await runModel({
			credential: { servingUrl: server.url },
			parameters: chat('Hi'),
			onChunk: ({ type }) => {
				if (type === 'item') delays.push(performance.now() - written);
			},
		});
	}
	await server.close();
	return delays;
}

/** Milliseconds that Chat takes for all prompts. */
export async function allPrompts(): Promise<number> {
	const server = await startServer(({ text }) => slowAnswer(text));
	const { success, executionTime } = await runModel({
		rows: durations.map((_, prompt) => ({ prompt })),
		credential: { servingUrl: server.url },
		parameters: chat('=prompt {{ $json.prompt }}', { concurrency: WIDTH }),
	});
	await server.close();
	const answered = success.filter(({ json }, prompt) => json.text === `answer ${prompt}`).length;
	if (answered !== PROMPTS) throw new Error(`${answered} of ${PROMPTS} prompts were answered`);
	return executionTime;
}
