/** The id that every request carries, the same each time it is sent: Hopsworks logs what it served by it (docs/decisions/0052). */

export const REQUEST_ID = 'x-request-id';

/** An id that nothing else has. A UUID of version 4: Envoy writes into ids of any other form. */
export function newRequestId(): string {
	return crypto.randomUUID();
}
