/** A part of a list, as `offset` and `limit` ask for it, with the number of all: without the list where that is 0. */
import { json, type Reply } from './reply.cts';

export function page(all: readonly unknown[], query: URLSearchParams): Reply {
	const count = all.length;
	if (count === 0) return json(200, { count });
	const offset = Number(query.get('offset') ?? 0);
	const limit = Number(query.get('limit') ?? count);
	return json(200, { count, items: all.slice(offset, offset + limit) });
}
