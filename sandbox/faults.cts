/** Misbehaviour on demand: what the gateway is told to do wrong, and how often. */
import type { ServerResponse } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import { dumps } from './python.cts';
import { isObject, json, shown, type Reply } from './reply.cts';

/** The ways to spoil a stream. */
const SPOILT = ['error', 'noDone', 'cut', 'stall'] as const;

export interface Fault {
	/** Only for the deployment of this name; for all where absent. */
	deployment?: string;
	/** How many requests it meets; all where absent. */
	times?: number;
	/** Milliseconds before the reply. */
	delay?: number;
	/** Answers with this status, and `body` and `headers`, instead of asking the model. */
	status?: number;
	body?: string;
	headers?: Record<string, string>;
	/** Closes the connection instead of answering. */
	refuse?: boolean;
	/** At most so many requests of those that it meets are under way at a time; more get vLLM's 503 at once. */
	limit?: number;
	/** Spoils a streamed reply after `pieces` of it: a dead engine, no mark of the end, a closed or a silent connection. */
	stream?: (typeof SPOILT)[number];
	/** Pieces that go out before; 3 where absent. */
	pieces?: number;
}

/** A fault as it is posted; what it does not know is nothing. */
export function readFault(given: Record<string, unknown>): Fault {
	const text = (value: unknown): string | undefined => (value === undefined ? undefined : shown(value));
	const number = (value: unknown): number | undefined => (value === undefined ? undefined : Number(value));
	const { headers } = given;
	return {
		deployment: text(given.deployment),
		times: number(given.times),
		delay: number(given.delay),
		status: number(given.status),
		body: text(given.body),
		headers: isObject(headers)
			? Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, shown(value)]))
			: undefined,
		refuse: Boolean(given.refuse),
		limit: number(given.limit),
		stream: SPOILT.find((kind) => kind === given.stream),
		pieces: number(given.pieces),
	};
}

/** What vLLM says at the limit of its queue (`--max-num-queued-reqs`, as of 0.32). */
const BUSY = {
	message:
		'The engine is currently busy and cannot accept new requests. Please try again later or on a different instance.',
	type: 'Service Unavailable',
	param: null,
	code: 503,
};

export class Faults {
	private faults: Fault[] = [];
	private readonly underWay = new WeakMap<Fault, number>();

	add(fault: Fault): void {
		this.faults.push({ ...fault });
	}

	clear(): void {
		this.faults = [];
	}

	/** Takes the first fault that is meant for a deployment, and uses up one of its times. */
	take(deployment: string | undefined): Fault | undefined {
		const fault = this.faults.find((one) => one.deployment === undefined || one.deployment === deployment);
		if (fault?.times !== undefined && --fault.times <= 0) {
			this.faults = this.faults.filter((one) => one !== fault);
		}
		return fault;
	}

	/** Counts a request in until its reply has gone out, or gives the refusal where too many are under way. */
	admit(fault: Fault, response: ServerResponse): Reply | undefined {
		const count = (by: number): number => {
			const now = (this.underWay.get(fault) ?? 0) + by;
			this.underWay.set(fault, now);
			return now;
		};
		response.once('close', () => count(-1));
		return count(1) > (fault.limit ?? Infinity) ? json(503, { error: BUSY }) : undefined;
	}
}

/** What vLLM says once its engine is dead. */
const ENGINE_ERROR = {
	message: 'EngineCore encountered an issue. See stack trace (above) for the root cause.',
	type: 'InternalServerError',
	param: null,
	code: 500,
};

/** A streamed reply as a fault leaves it; others stay as they are, unless the engine dies. */
export function spoil(reply: Reply, { stream: kind, pieces: kept = 3 }: Fault): Reply {
	const { stream } = reply;
	if (!stream) return kind === 'error' && reply.status === 200 ? json(500, { error: ENGINE_ERROR }) : reply;
	if (!kind) return reply;
	const pieces = stream.pieces.slice(0, kept);
	switch (kind) {
		case 'error':
			pieces.push(`data: ${dumps({ error: ENGINE_ERROR })}\n\n`, 'data: [DONE]\n\n');
			return { ...reply, stream: { ...stream, pieces } };
		case 'noDone':
			return { ...reply, stream: { ...stream, pieces: stream.pieces.slice(0, -1) } };
		default:
			return { ...reply, stream: { ...stream, pieces, ending: kind } };
	}
}

/** Carries a fault out: waits, then gives the reply that stands in for the model's, or 'refuse', or neither. */
export async function commit(fault: Fault): Promise<Reply | 'refuse' | undefined> {
	if (fault.delay) await wait(fault.delay);
	if (fault.refuse) return 'refuse';
	if (fault.status === undefined) return undefined;
	return { status: fault.status, headers: fault.headers ?? {}, body: fault.body ?? '' };
}
