/** How far a long run has come, for n8n's log and the console of a browser: n8n shows nothing else of a node that runs. */
import type { IExecuteFunctions } from 'n8n-workflow';
import { pluralize } from '../core/failure/pluralize';
import { now } from './cancel';

/** Milliseconds between two lines. */
const SAY_EVERY = 10_000;

/** How far a file has been read and written. */
interface Reached {
	rows: number;
	failed: number;
	/** How much of the file is done, from 0 to 1, where that is known. */
	share: number | undefined;
}

export class Progress {
	private readonly began = now();
	private said = this.began;

	constructor(
		private readonly context: IExecuteFunctions,
		private readonly name: string,
	) {}

	/** Seconds since the beginning. */
	get seconds(): number {
		return (now() - this.began) / 1000;
	}

	/** Says how far the run has come, unless it did so a moment ago. */
	reached({ rows, failed, share }: Reached): void {
		if (now() - this.said < SAY_EVERY) return;
		this.said = now();
		const { seconds } = this;
		const left = share === undefined || share <= 0 ? undefined : (seconds * (1 - share)) / share;
		const parts = [
			`${pluralize(rows, 'row')} of '${this.name}' scored`,
			failed > 0 ? `${failed.toLocaleString('en-US')} failed` : '',
			`${Math.round(rows / seconds).toLocaleString('en-US')} a second`,
			left === undefined ? '' : `about ${duration(left)} left`,
		];
		const line = parts.filter(Boolean).join(', ');
		this.context.logger.info(line, { node: this.context.getNode().name });
		this.context.sendMessageToUI(line);
	}
}

/** `40 s`, `3 min`, `2 h 10 min`. */
function duration(seconds: number): string {
	if (seconds < 90) return `${Math.max(1, Math.round(seconds))} s`;
	const minutes = Math.round(seconds / 60);
	return minutes < 90 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
