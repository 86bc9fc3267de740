import { runModel } from '../test/support/engine.cts';
import { FIND_ORDER, HELLO, TOOL_DRAW } from '../peers/vllmQuestions.cts';
async function main() {
	for (const strict of [true, false]) for (const choice of ['find_order', 'required']) {
		const tools = JSON.stringify([{ ...FIND_ORDER, function: { ...FIND_ORDER.function, strict } }]);
		const r = await runModel({ rows: [{}], credential: { servingUrl: 'http://127.0.0.1:9032' }, settings: { onError: 'continueErrorOutput' }, parameters: { operation: 'chat', deployment: { __rl: true, mode: 'url', value: 'http://127.0.0.1:9032/v1/chat/completions' }, prompt: HELLO, options: { model: 'tinyllama', ...TOOL_DRAW, maxTokens: 200, tools, toolChoice: choice } } });
		console.log(strict, choice, JSON.stringify(r.success[0]?.json)?.slice(0, 400), JSON.stringify(r.failed[0]?.json), r.error?.message);
	}
}
void main();
