/** Which request carried an item last, so that the item is found in the logs of its deployment. */
import type { Failure } from '../core/failure/outcome';
import type { RequestPlace } from '../core/failure/requestPlace';
import type { Sent } from './send';

/** A request, with the items whose rows it carried. Their places are worked out when they are asked for, which most are not. */
export interface Carrier {
	items: number[];
	request: RequestPlace;
}

/** Undefined where no server can have seen the request. */
export function carrierOf(items: number[], { request }: Sent): Carrier | undefined {
	return request && { items, request };
}

/** Where a row stood that failed: in the request that carried it, or in none, where another one failed that it needed. */
export function placeOfFailed(carrier: Carrier | undefined, item: number, failure: Failure): RequestPlace | undefined {
	if (failure.kind === 'cancelled') return undefined;
	if (!carrier) return failure.request;
	const { items, request } = carrier;
	return { ...request, row: items.indexOf(item), rows: items.length };
}

export class SentRows {
	/** By item. */
	private readonly last: Array<Carrier | undefined> = [];

	/** Takes note of a request that went out. */
	note(items: number[], sent: Sent): void {
		const carrier = carrierOf(items, sent);
		if (carrier) for (const item of items) this.last[item] = carrier;
	}

	/** Where an item stood that failed. */
	placeOf(item: number, failure: Failure): RequestPlace | undefined {
		return placeOfFailed(this.last[item], item, failure);
	}
}
