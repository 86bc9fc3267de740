/** The states of a deployment and how they follow each other in time (Hopsworks documentation, 'Deployment state'). */

export type Status =
	| 'Creating'
	| 'Created'
	| 'Starting'
	| 'Running'
	| 'Idle'
	| 'Updating'
	| 'Failed'
	| 'Stopping'
	| 'Stopped';

/** How long things take, in milliseconds. */
export interface Pace {
	start: number;
	stop: number;
	/** Without a request, until a deployment that scales to zero is idle. */
	idle: number;
	/** How long the first request to an idle deployment is held. */
	wake: number;
	/** From the state 'Running' until the gateway knows the deployment. */
	route: number;
}

export interface Condition {
	type: 'STOPPED' | 'SCHEDULED' | 'INITIALIZED' | 'STARTED' | 'READY';
	status: boolean | null;
	reason: string;
}

interface Traits {
	scalesToZero?: boolean;
	/** Why it fails whenever it is started. */
	failure?: string;
}

/** Statuses in which a deployment answers requests. */
const SERVING: ReadonlySet<Status> = new Set<Status>(['Running', 'Idle', 'Updating']);

export class Lifecycle {
	private since = Date.now();
	/** When the gateway knew it, or will know it, after its last start. */
	private routedAt = 0;
	/** How often it was really started. */
	starts = 0;
	/** How often its instances were replaced while it ran, and when last. */
	updates = 0;
	updatedAt?: number;
	/** Whether instances serve while others come up. */
	private hasOthers = true;

	constructor(
		private current: Status,
		private readonly pace: Pace,
		private readonly traits: Traits = {},
	) {}

	get status(): Status {
		const next = this.next();
		if (next && Date.now() - this.since >= next.after) {
			this.become(next.status, this.since + next.after);
			return this.status;
		}
		return this.current;
	}

	get condition(): Condition {
		switch (this.status) {
			case 'Running':
			case 'Updating':
				return { type: 'READY', status: true, reason: 'Deployment is ready' };
			case 'Idle':
				return { type: 'READY', status: true, reason: 'Deployment is ready, but idle. It wakes at the next request' };
			case 'Starting':
				return { type: 'STARTED', status: null, reason: 'Deployment is starting' };
			case 'Failed':
				return { type: 'STARTED', status: false, reason: `Failed to run: ${this.traits.failure ?? 'unknown'}` };
			case 'Creating':
			case 'Stopping':
				return { type: 'STOPPED', status: null, reason: 'Deployment is being prepared' };
			default:
				return { type: 'STOPPED', status: true, reason: 'Deployment is not running' };
		}
	}

	get isServing(): boolean {
		return SERVING.has(this.status) && (this.status !== 'Updating' || this.hasOthers);
	}

	/** Whether the gateway knows it. */
	get isRouted(): boolean {
		return this.isServing && Date.now() >= this.routedAt;
	}

	/** Gives the words of a refusal where it cannot be started now. */
	start(): string | undefined {
		const { status } = this;
		if (status !== 'Stopped' && status !== 'Created') return `Instance is already ${status.toLowerCase()}`;
		this.starts++;
		this.become('Starting');
		return undefined;
	}

	/** Gives the words of a refusal where it cannot be stopped now. */
	stop(): string | undefined {
		const { status } = this;
		if (status === 'Stopped' || status === 'Created') return 'Instance is already stopped';
		if (status === 'Stopping') return 'Instance is already stopping';
		this.become('Stopping');
		return undefined;
	}

	/**
	 * Its configuration is another one now: instances that run are replaced, those of one that failed begin again. Gives the words of
	 * a refusal where it cannot be changed now.
	 */
	update(): string | undefined {
		const { status, isServing } = this;
		if (status === 'Starting' || status === 'Stopping') return `Instance is ${status.toLowerCase()}`;
		if (status !== 'Failed' && !isServing && status !== 'Updating') return undefined;
		this.updates++;
		this.updatedAt = Date.now();
		this.hasOthers = isServing;
		this.become('Updating');
		return undefined;
	}

	/** A request came in. Gives how long it is held before it is answered, in milliseconds. */
	touch(): number {
		const held = this.status === 'Idle' ? this.pace.wake : 0;
		if (this.current === 'Idle' || this.current === 'Running') this.become('Running');
		return held;
	}

	become(status: Status, since = Date.now()): void {
		const isNew = this.current === 'Starting' || (this.current === 'Updating' && !this.hasOthers);
		if (isNew && status === 'Running') this.routedAt = since + this.pace.route;
		this.current = status;
		this.since = since;
	}

	private next(): { status: Status; after: number } | undefined {
		switch (this.current) {
			case 'Creating':
				return { status: 'Created', after: this.pace.start };
			case 'Starting':
			case 'Updating':
				return { status: this.traits.failure === undefined ? 'Running' : 'Failed', after: this.pace.start };
			case 'Stopping':
				return { status: 'Stopped', after: this.pace.stop };
			case 'Running':
				return this.traits.scalesToZero ? { status: 'Idle', after: this.pace.idle } : undefined;
			default:
				return undefined;
		}
	}
}
