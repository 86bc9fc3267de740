/** In which order schemas that build on one another are looked at. */

interface Visit {
	schema: unknown;
	ahead: Iterator<unknown>;
}

export interface Order {
	/** Each schema once, behind all those that it leads to. */
	schemas: unknown[];
	/** The first schemas that lead to one another in a circle; empty where none do. */
	circle: unknown[];
}

/** The schemas that some schemas lead to, and these themselves. Nothing here calls itself: chains may have any length. */
export function inOrder(starts: unknown[], leadsTo: (schema: unknown) => unknown[]): Order {
	const done = new Set<unknown>();
	const underWay = new Set<unknown>();
	const visits: Visit[] = [];
	let circle: unknown[] = [];
	const enter = (schema: unknown): void => {
		if (done.has(schema)) return;
		if (underWay.has(schema)) {
			if (circle.length === 0) circle = [...underWay].slice([...underWay].indexOf(schema));
			return;
		}
		underWay.add(schema);
		visits.push({ schema, ahead: leadsTo(schema).values() });
	};
	for (const start of starts) {
		enter(start);
		for (let visit = visits.at(-1); visit; visit = visits.at(-1)) {
			const { schema, ahead } = visit;
			const next = ahead.next();
			if (!next.done) {
				enter(next.value);
				continue;
			}
			visits.pop();
			underWay.delete(schema);
			done.add(schema);
		}
	}
	return { schemas: [...done], circle };
}
