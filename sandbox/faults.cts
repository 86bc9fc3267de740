/** Misbehaviour on demand: what the gateway is told to do wrong, and how often. */
import { setTimeout as wait } from 'node:timers/promises';
import { isObject, shown, type Reply } from './reply.cts';

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
	/** Spoils a streamed reply after `pieces` of it: an error in the stream, no mark of the end, a closed or a silent connection. */
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
		stream: SPOILT.find((kind) => kind === given.stream),
		pieces: number(given.pieces),
	};
}

export class Faults {
	private faults: Fault[] = [];

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
}

const STREAM_ERROR = {
	message: 'EngineCore encountered an issue.',
	type: 'InternalServerError',
	param: null,
	code: 500,
};

/** A streamed reply as a fault leaves it; others stay as they are. */
export function spoil(reply: Reply, { stream: kind, pieces: kept = 3 }: Fault): Reply {
	const { stream } = reply;
	if (!stream || !kind) return reply;
	const pieces = stream.pieces.slice(0, kept);
	switch (kind) {
		case 'error':
			pieces.push(`data: ${JSON.stringify({ error: STREAM_ERROR })}\n\n`, 'data: [DONE]\n\n');
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
