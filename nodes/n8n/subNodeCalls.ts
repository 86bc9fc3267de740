/** The calls of a sub-node that answers texts: each is a run of its own in n8n's log, and throws where one text has no value. */
import type { IDataObject, ISupplyDataFunctions, NodeConnectionType } from 'n8n-workflow';
import { scatter, type Group } from '../core/batching/scatter';
import { badInput, failed, success, type Failure, type Outcome } from '../core/failure/outcome';
import { encode } from '../core/json/json';
import { CANCELLED, now, turnsOfRun, withoutCancel } from './cancel';
import type { Context } from './connection';
import { nodeError } from './errors';
import { exchangeWith } from './exchange';
import type { Protocol } from './modelCall';
import { sender, type Tally } from './send';
import { SentRows } from './sentRows';
import type { SubNode } from './subNode';
import { readTextLimits, type TextCall, type TextOptions } from './textCall';
import { attempt, take } from './unusable';

interface Supplier {
	context: ISupplyDataFunctions;
	itemIndex: number;
	/** The kind of its connection. */
	type: NodeConnectionType;
	subNode: SubNode<TextOptions>;
}

/** What is asked of some texts. */
interface Asking<Value> {
	/** What a text is, for failures and the log. */
	kind: 'document' | 'query';
	texts: string[];
	/** What goes out before each text. */
	prefix?: string;
	protocolOf(call: TextCall): Protocol<string, Value>;
	/** What the log shows of the values beside their number. */
	shown?(values: Value[]): IDataObject;
}

/**
 * Milliseconds for which a cancelled run may still call, at the next batch of documents. n8n's in-memory store keeps what it
 * was handed and may call it from another run, so that what comes later is none of this one's.
 */
const LONGEST_AFTERMATH = 10_000;

type Answer = <Value>(asking: Asking<Value>) => Promise<Value[]>;

/** A function that finds one value for every text, or throws n8n's error. */
export function subNodeCalls({ context, itemIndex, type, subNode }: Supplier): Answer {
	let cancelledAt = Infinity;
	context.onExecutionCancellation(() => {
		cancelledAt = now();
	});
	const caller = (): Context => (now() - cancelledAt > LONGEST_AFTERMATH ? withoutCancel(context) : context);
	const { options } = subNode;
	return async (asking) => {
		const { kind, texts, prefix = '', protocolOf, shown } = asking;
		const counts = { [kind === 'query' ? 'queries' : 'documents']: texts.length };
		const { index } = context.addInputData(type, [[{ json: counts }]]);
		const tally = { requests: 0, retries: 0 };
		const usage = { prompt: 0, completion: 0 };
		const limits = readTextLimits(options);
		const answered = await attempt(async () => {
			take(allFilled(kind, texts));
			const sent = texts.map((text) => prefix + text);
			return take(await answersTo(sent, kind, protocolOf({ limits, usage }), caller(), subNode, tally));
		});
		if (!answered.ok) {
			const error = nodeError(context.getNode(), answered.failure, itemIndex, 'configuration-node');
			context.addOutputData(type, index, error);
			throw error;
		}
		const tokenUsage = { promptTokens: usage.prompt, completionTokens: 0, totalTokens: usage.prompt };
		const json = { ...counts, ...shown?.(answered.value), ...tally, tokenUsage };
		const metadata = { tokenUsage: { inputTokens: usage.prompt, outputTokens: 0 } };
		context.addOutputData(type, index, [[{ json }]], metadata);
		return answered.value;
	};
}

/** Where a text stands among the others: `Document 7 of 100`. */
function placeOf(kind: Asking<unknown>['kind'], item: number, texts: unknown[]): string {
	if (kind === 'query') return 'The query';
	return texts.length === 1 ? 'The document' : `Document ${item + 1} of ${texts.length}`;
}

function allFilled(kind: Asking<unknown>['kind'], texts: string[]): Outcome<undefined> {
	const empty = texts.findIndex((text) => text.trim() === '');
	if (empty === -1) return success(undefined);
	const advice =
		kind === 'query'
			? 'Give it a text: there is nothing to compare documents with.'
			: 'Leave out what has no text before this node, with a Filter for example.';
	return badInput(`${placeOf(kind, empty, texts)} is empty`, advice);
}

async function answersTo<Value>(
	texts: string[],
	kind: Asking<Value>['kind'],
	protocol: Protocol<string, Value>,
	context: Context,
	{ connection, settings, deployment }: SubNode<unknown>,
	tally: Tally,
): Promise<Outcome<Value[]>> {
	const send = sender(context, connection, settings, tally);
	const { limits, sizeOf, explain } = protocol;
	const outcomes = new Map<number, Outcome<Value>>();
	const sentRows = new SentRows();
	const group: Group<string, Value> = {
		items: [...texts.keys()],
		limits,
		sizeOf,
		rowOf: (item) => encode(texts[item]),
		exchange: exchangeWith({
			send,
			deployment,
			protocol,
			hasOthers: () => texts.length > 1,
			onSent: (items, sent) => sentRows.note(items, sent),
		}),
		ready: async () => success(undefined),
		...(explain && { explain }),
	};
	await scatter([group], {
		concurrency: settings.concurrency,
		// One without a value leaves whoever asked with nothing.
		stops: true,
		turns: turnsOfRun(),
		notes: new Set(),
		settle: (item, outcome) => void outcomes.set(item, outcome),
	});
	const values: Value[] = [];
	for (const item of texts.keys()) {
		const outcome = outcomes.get(item);
		if (outcome?.ok) values.push(outcome.value);
		else if (outcome) {
			const failure = placed(outcome.failure, placeOf(kind, item, texts));
			return failed({ ...failure, request: sentRows.placeOf(item, failure) });
		}
	}
	// What was not sent stands behind something that failed.
	return values.length === texts.length ? success(values) : failed(CANCELLED);
}

/** The failure of one text, with its place; what has to do with all of them is left as it is. */
function placed(failure: Failure, place: string): Failure {
	const isOfText = failure.kind === 'reply' || failure.blame?.kind === 'rows';
	return isOfText ? { ...failure, message: `${place}: ${failure.message}` } : failure;
}
