/** References in JSON schemas: where they lead, and in which order schemas that build on one another are looked at. */
import { isRecord } from '../json/json';

export type Schema = Record<string, unknown>;

/** Finds the schema that a reference such as `#/$defs/team` names; undefined where it leads nowhere. */
export type LookUp = (reference: unknown) => Schema | undefined;

export function lookUpIn(root: Schema): LookUp {
	const known = new Map<unknown, Schema | undefined>();
	return (reference) => {
		if (!known.has(reference)) known.set(reference, find(reference, root));
		return known.get(reference);
	};
}

function find(reference: unknown, root: Schema): Schema | undefined {
	if (typeof reference !== 'string' || !/^#(?:\/|$)/.test(reference)) return undefined;
	let found: unknown = root;
	for (const name of reference.split('/').slice(1)) {
		const member = name.replaceAll('~1', '/').replaceAll('~0', '~');
		if (!isRecord(found) || !Object.hasOwn(found, member)) return undefined;
		found = found[member];
	}
	return isRecord(found) ? found : undefined;
}

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
