/** Completions of one text or of several: what comes after each, without a template. */
import { json, type Reply } from '../reply.cts';
import { askedTokens, refusalOfModel } from './chatRequest.cts';
import { issuesOfFields } from './fields.cts';
import { finishOf, generate, textIn, type Generation } from './generation.cts';
import { invalid, missing } from './issues.cts';
import { roomFor, tooLong } from './length.cts';
import { refuse } from './refusal.cts';
import { refusalOfSampling } from './sampling.cts';
import { fingerprint, now, uniqueName, type Fields, type Server } from './server.cts';
import { countsOf, usageOf } from './usage.cts';
import { promptOfText } from './tokens.cts';

/** As much as a request without a limit gets. */
const FEW = 16;

function choiceOf(server: Server, generation: Generation, index: number): object {
	return {
		index,
		text: textIn(generation, 'content'),
		logprobs: null,
		finish_reason: finishOf(server, generation, false),
		stop_reason: generation.stopReason,
		token_ids: null,
		prompt_logprobs: null,
		prompt_token_ids: null,
		routed_experts: null,
	};
}

export function completions(name: string, server: Server, body: Fields): Reply {
	const issues = [...('prompt' in body ? [] : [missing(['prompt'], body)]), ...issuesOfFields(body)];
	const early = issues.length > 0 ? invalid(server, issues) : refusalOfModel(name, server, body);
	if (early) return refuse(server, early);
	const texts = [body.prompt].flat().map(String);
	const asked = askedTokens(body) ?? FEW;
	const generations: Generation[] = [];
	let promptTokens = 0;
	for (const text of texts) {
		const prompt = promptOfText(text, body, server);
		const limit = roomFor(server, prompt, asked);
		const refusal = tooLong(server, prompt, asked) ?? refusalOfSampling(body, limit);
		if (refusal) return refuse(server, refusal);
		promptTokens += prompt.tokens;
		const { content } = server.model(body, [{ role: 'user', content: text }]);
		generations.push(generate({ content, toolCalls: [] }, body, limit));
	}
	const counts = countsOf(
		promptTokens,
		generations.reduce((sum, { tokens }) => sum + tokens.length, 0),
	);
	return json(200, {
		id: uniqueName('cmpl'),
		object: 'text_completion',
		created: now(),
		model: name,
		choices: generations.map((generation, index) => choiceOf(server, generation, index)),
		service_tier: null,
		system_fingerprint: fingerprint(name, server),
		usage: { ...usageOf(server, counts, 0, 0), completion_tokens_details: null },
		kv_transfer_params: null,
		ec_transfer_params: null,
		metrics: null,
	});
}
