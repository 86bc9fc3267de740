/** The servers that replies were recorded of, built of the sandbox's own parts, with models that say what the recorded ones said. */
import { kserve, served } from '../../sandbox/kserve.cts';
import type { Design } from '../../sandbox/designs.cts';
import { ModelError, StatusError, type Predictor } from '../../sandbox/models/model.cts';
import { notANumber, toLists } from '../../sandbox/models/rows.cts';
import type { Call, Reply } from '../../sandbox/reply.cts';
import type { Answer } from '../../sandbox/rules.cts';
import { startSandbox, type Sandbox } from '../../sandbox/sandbox.cts';
import { vllm } from '../../sandbox/vllm.cts';
import { at, isJsonText, listOf, read, textOf } from './json.cts';
import { LEFT_OUT, type RecordedReply } from './recorded.cts';

/** A random model goes on until it is stopped. */
const ENDLESS = ' and on'.repeat(1200);

/** Chunks of a stream, as far as they were kept. */
function chunksIn(body: string): unknown[] {
	const [head = '', tail = ''] = body.split(LEFT_OUT);
	return [head, tail]
		.flatMap((part) => part.split('\n\n'))
		.map((event) => event.replace(/^data: /, ''))
		.filter(isJsonText)
		.map(read);
}

/** What the recorded model said, as far as the reply tells. */
function saidIn({ contentType, body }: RecordedReply): { message: unknown; finish: unknown; isCutInCall: boolean } {
	if (!contentType.startsWith('text/event-stream')) {
		const choice = at(read(body), 'choices', 0);
		return {
			message: at(choice, 'message') ?? { content: at(choice, 'text') },
			finish: at(choice, 'finish_reason'),
			isCutInCall: false,
		};
	}
	const choices = chunksIn(body).map((chunk) => at(chunk, 'choices', 0));
	const deltas = choices.map((choice) => at(choice, 'delta'));
	const names = deltas.flatMap((delta) => at(delta, 'tool_calls', 0, 'function', 'name') ?? []);
	const calls = names.map((name) => ({ function: { name, arguments: '{"id": 1}' } }));
	const last = choices.findLast((choice) => typeof at(choice, 'finish_reason') === 'string');
	const reasoning = deltas.find((delta) => at(delta, 'reasoning') !== undefined);
	return {
		message: {
			content: reasoning || calls.length > 0 ? null : '',
			reasoning: reasoning ? '' : null,
			tool_calls: calls,
		},
		finish: at(last, 'finish_reason') ?? 'length',
		isCutInCall: at(last, 'delta', 'tool_calls') !== undefined,
	};
}

/** Says it again: in the sandbox's own tokens, of which there are others, so what was cut off never ends. */
export function answerIn(reply: RecordedReply): Answer {
	if (reply.status !== 200 || !/"choices":|"choices": /.test(reply.body)) return { content: ENDLESS, toolCalls: [] };
	const { message, finish, isCutInCall } = saidIn(reply);
	const isCut = finish === 'length';
	const { content, reasoning } = { content: at(message, 'content'), reasoning: at(message, 'reasoning') };
	const calls = listOf(at(message, 'tool_calls') ?? []).map((call) => ({
		name: textOf(at(call, 'function', 'name')),
		arguments: textOf(at(call, 'function', 'arguments')),
	}));
	// Thought, and told nothing of it.
	const isSilent = content === null && calls.length === 0 && reasoning === null;
	if (isSilent) return { reasoning: ENDLESS, content: null, toolCalls: [] };
	if (typeof reasoning === 'string') return { reasoning: reasoning + ENDLESS, content: null, toolCalls: [] };
	// Cut off within its arguments, or before them.
	if (isCutInCall) return { content: null, toolCalls: calls.map((call) => ({ ...call, arguments: ENDLESS })) };
	if (calls.length > 0) {
		const next = { name: ENDLESS, arguments: '{}' };
		return { content: null, toolCalls: isCut ? [...calls, next] : calls };
	}
	const text = typeof content === 'string' ? content : '';
	const [, called] = /^<tool_call>\s*\{"name": "([^"]+)/.exec(text) ?? [];
	if (called !== undefined) return { content: null, toolCalls: [{ name: called, arguments: ENDLESS }] };
	const stop = at(reply.request.body, 'stop');
	const ends = Array.isArray(stop) && finish === 'stop' ? stop.join('') : '';
	return { content: isCut ? text + ENDLESS : text + ends, toolCalls: [] };
}

/** scikit-learn's logistic regression for iris flowers, by the length of the petal. */
function iris(rows: unknown[]): unknown[] {
	return toLists(rows, ['a', 'b', 'c', 'd']).map((row) => {
		if (row.length !== 4) {
			throw new ModelError(`X has ${row.length} features, but LogisticRegression is expecting 4 features as input.`);
		}
		if (row.some((value) => typeof value === 'string')) {
			throw new ModelError(
				"dtype='numeric' is not compatible with arrays of bytes/strings.Convert your data to numeric values explicitly instead.",
			);
		}
		if (row.includes(null)) throw new ModelError(notANumber('LogisticRegression'));
		const petal = Number(row[2]);
		return petal < 2.5 ? 0 : petal < 4.9 ? 1 : 2;
	});
}

/** A predictor that misbehaves as its first row says. */
function edge(reply: RecordedReply): Predictor {
	return (given) => {
		if ('bytes' in given) return { predictions: ['bytes'] };
		const body = isJsonText(reply.body) ? read(reply.body) : reply.body;
		const [exception, message] = textOf(at(body, 'error') ?? '').split(' : ');
		if (reply.status === 200) return given.rows[0] === 'big' ? { predictions: [2n ** 63n - 1n, 2n ** 53n + 1n] } : body;
		if (reply.status === 500 && message !== undefined) throw new ModelError(message, exception);
		throw new StatusError(reply.status, typeof body === 'object' && body !== null ? body : {});
	};
}

export interface Replay {
	sandbox: Sandbox;
	/** Says which recorded reply is asked for next. */
	next(reply: RecordedReply): void;
}

/** Which deployment stands for the server that was asked. */
export function deploymentOf({ server, name, request: { path } }: RecordedReply): string {
	if (server.startsWith('kserve')) return /\b(?:edge|notready)\b/.exec(path)?.[0] ?? 'iris';
	const version = server.includes('0.28') ? '28' : '32';
	if (name.startsWith('embed-matryoshka')) return `tinymat-${version}`;
	if (/^embed-|-on-embedding-server$/.test(name)) return `tinybert-${version}`;
	return `${/^(?:reason|xgrammar|overload|engine)-/.test(name) ? 'reasoner' : 'tinyllama'}-${version}`;
}

export async function startReplay(): Promise<Replay> {
	const sandbox = await startSandbox();
	let current: RecordedReply | undefined;
	const model = (): Answer => (current ? answerIn(current) : { content: '', toolCalls: [] });
	const edgeServer = (call: Call): Reply => served('edge', current ? edge(current) : () => null)(call);
	const plain = { model, contextLength: 1024, isMultimodal: false, isReasoner: false } as const;
	const answers: Record<string, Design['answer']> = {
		iris: kserve('iris', iris),
		edge: edgeServer,
		notready: served('notready', () => null, false),
	};
	for (const [short, version] of Object.entries({ 32: '0.32.0', 28: '0.28.0' })) {
		answers[`tinyllama-${short}`] = vllm('tinyllama', { ...plain, version });
		answers[`reasoner-${short}`] = vllm('reasoner', {
			...plain,
			version,
			isReasoner: true,
			tellsCached: true,
			grammar: 'xgrammar',
		});
		answers[`tinybert-${short}`] = vllm('tinybert', {
			task: 'embed',
			version,
			contextLength: 128,
			matryoshka: undefined,
		});
		const matryoshka = [16, 32, 64];
		answers[`tinymat-${short}`] = vllm('tinymat', {
			task: 'embed',
			version,
			contextLength: 128,
			dimensions: 128,
			matryoshka,
		});
	}
	const [project] = sandbox.cluster.projects;
	if (!project) throw new Error('the sandbox has no project');
	for (const [index, [name, answer]] of Object.entries(answers).entries()) {
		const design: Design = { id: 500 + index, name, project, status: 'Running', modelServer: 'VLLM', answer };
		sandbox.cluster.deployments.push(sandbox.cluster.build(design));
	}
	return { sandbox, next: (reply) => (current = reply) };
}
