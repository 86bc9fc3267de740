/** Where a row stood among the requests that went out: so it is found in the logs of a deployment. */
import { asText, isRecord, type Json } from '../json/json';

export interface RequestPlace {
	/** The id of the request: the one that the reply names, where it names another one than was sent. */
	id: string;
	/** The one that was sent, where the reply names another one. */
	sentId?: string;
	/** The row's position among the rows of the request, from 0 as Hopsworks logs it. */
	row?: number;
	/** How many rows the request had. */
	rows?: number;
}

/** The form of the ids that gateways and servers make: a UUID, with or without its dashes. */
const ID = /^[\da-f]{8}-?(?:[\da-f]{4}-?){3}[\da-f]{12}$/i;

/**
 * The id that a reply names: Hopsworks' own predictor does so in the body of an error, Envoy and vLLM in the header, which is ''
 * where it did not come. Whatever else stands there is passed over.
 */
export function repliedId(header: string, body?: Json): string | undefined {
	const detail = isRecord(body) ? body.detail : undefined;
	const inBody = isRecord(detail) ? asText(detail.request_id) : '';
	return [inBody, header].find((text) => ID.test(text));
}

/** A request by what was sent and what its reply names. */
export function requestPlace(sentId: string, replied: string | undefined): RequestPlace {
	return replied === undefined || replied === sentId ? { id: sentId } : { id: replied, sentId };
}

/** The place in words; a row that was alone in its request needs none. */
export function placeText({ id, sentId, row, rows = 1 }: RequestPlace): string {
	const sent = sentId === undefined ? '' : ` (sent as ${sentId})`;
	const counted = (count: number): string => count.toLocaleString('en-US');
	const place =
		row === undefined || rows === 1 ? '' : `, row ${counted(row + 1)} of ${counted(rows)} (request_row ${row})`;
	return `Request ID: ${id}${sent}${place}`;
}

/** What a failure tells of a request. */
interface PlacedFailure {
	kind: string;
	description: string;
	request?: RequestPlace;
}

/** A failure's description, with the place of what failed at its end. A run that was cancelled has failed nowhere. */
export function withPlace({ kind, description, request }: PlacedFailure): string {
	return request && kind !== 'cancelled' ? `${description} ${placeText(request)}.`.trim() : description;
}
