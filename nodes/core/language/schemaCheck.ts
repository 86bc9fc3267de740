/** The check of a value against schemas: every schema is asked once about every value, however many lead to it. */
import { isLongInteger, longIntegerOf } from './exactNumbers';
import { bothOf, eitherOf, isDeparture, type Departure, type Findings, type Reading } from './finding';
import type { Json, JsonObject } from '../json/json';
import { inOrder, type Order } from './schemaOrder';
import type { Schema } from './schemaPlaces';
import { schemaReader, speaks, type ReadSchema } from './schemaReader';
import { lookUpIn } from './schemaReferences';
import { findingOfVariants } from './variants';

/** A check that is under way; it stops where others are to have their turn. */
type Check<Result = Findings> = Generator<void, Result>;

/** What is asked about something inside a value: schemas, each with those whose part it is. */
type Asked = Map<unknown, unknown[]>;

function ask(asked: Asked, inner: unknown, outer: unknown): void {
	if (!speaks(inner)) return;
	const outers = asked.get(inner);
	if (outers) outers.push(outer);
	else asked.set(inner, [outer]);
}

/** Notes what was found inside a value; tells whether one more schema is departed from. */
function note(found: Findings, step: string | number, asked: Asked, findings: Findings): boolean {
	let isMore = false;
	for (const [inner, finding] of findings) {
		for (const outer of asked.get(inner) ?? []) {
			if (isDeparture(found.get(outer))) continue;
			found.set(outer, finding === 'unsure' ? finding : { step, inside: finding });
			isMore ||= finding !== 'unsure';
		}
	}
	return isMore;
}

function ownDeparture({ own }: ReadSchema, value: Reading): Departure | undefined {
	for (const rule of own) {
		const departure = rule(value);
		if (departure) return departure;
	}
	return undefined;
}

/** What an object does not have of what a schema wants. */
function missingMember({ required }: ReadSchema, value: JsonObject): Departure | undefined {
	const missing = required.find((name) => !Object.hasOwn(value, name));
	return missing === undefined ? undefined : { step: missing, inside: { message: (name) => `${name} is missing` } };
}

/** Asks what a list's element is held to at its place. */
function askAboutElement(asked: Asked, { schema, sequences }: ReadSchema, index: number): void {
	for (const { first, others } of sequences) ask(asked, index < first.length ? first[index] : others, schema);
}

/** A function that tells how a value stands to some of the schemas within `root`, stopping whenever `isOver`. */
export function checkerOf(root: Schema, isOver: () => boolean): (value: Json, schemas: unknown[]) => Check {
	const read = schemaReader(lookUpIn(root));
	const orders = new Map<unknown, Order>();

	/** The schemas that say for this one what they think of the same value. */
	function leadsTo(schema: unknown): unknown[] {
		const { all, any = [], one = [], none } = read(schema);
		return [...all, ...any, ...one, ...none];
	}

	/** In which order some schemas are asked: each behind those that it leads to. */
	function orderOf(schemas: unknown[]): Order {
		const [only, ...others] = schemas;
		if (others.length > 0) return inOrder(schemas, leadsTo);
		const order = orders.get(only) ?? inOrder(schemas, leadsTo);
		orders.set(only, order);
		return order;
	}

	function* check(value: Json, schemas: unknown[]): Check {
		if (isOver()) yield;
		const order = orderOf(schemas);
		const found = yield* findings(value, order);
		return isLongInteger(value) ? eitherOf(found, yield* findings(longIntegerOf(value), order)) : found;
	}

	function* findings(value: Reading, { schemas, circle }: Order): Check {
		const found: Findings = new Map();
		const open: ReadSchema[] = [];
		for (const schema of schemas) {
			const known = read(schema);
			const departure = ownDeparture(known, value);
			if (departure) found.set(schema, departure);
			else open.push(known);
		}
		const inside = findingsInside(value, open);
		const within = inside && (yield* inside);
		// In a circle a schema cannot be asked behind all that it leads to.
		const atLeast = circle.length > 0 ? 'unsure' : undefined;
		if (atLeast) for (const { schema } of open) found.set(schema, atLeast);
		for (const known of open) {
			const finding = bothOf(findingOfVariants(known, found, value), within?.get(known.schema));
			const whole = bothOf(finding, known.saysMore ? 'unsure' : atLeast);
			if (whole) found.set(known.schema, whole);
		}
		return found;
	}

	/** How what is in a value stands to the schemas for it. */
	function findingsInside(value: Reading, schemas: ReadSchema[]): Check | undefined {
		if (typeof value === 'string') {
			const withPattern = schemas.filter(({ pattern }) => pattern);
			return withPattern.length === 0 ? undefined : findingsInText(value, withPattern);
		}
		if (typeof value !== 'object' || value === null) return undefined;
		return Array.isArray(value) ? findingsInList(value, schemas) : findingsInObject(value, schemas);
	}

	function* findingsInText(text: string, schemas: ReadSchema[]): Check {
		const found: Findings = new Map();
		for (const { schema, pattern } of schemas) {
			if (!pattern?.search) found.set(schema, 'unsure');
			else if (!(yield* pattern.search(text, isOver))) {
				found.set(schema, { message: (name) => `${name} does not match the pattern ${pattern.source}` });
			}
		}
		return found;
	}

	function* findingsInList(list: Json[], schemas: ReadSchema[]): Check {
		const found: Findings = new Map();
		let open = schemas.filter(({ sequences }) => sequences.length > 0);
		const lengths = open.flatMap(({ sequences }) => sequences.map(({ first }) => first.length));
		const longest = lengths.reduce((most, length) => Math.max(most, length), 0);
		let asked: Asked = new Map();
		let isStale = true;
		for (const [index, element] of list.entries()) {
			if (isStale || index <= longest) {
				asked = new Map();
				for (const known of open) askAboutElement(asked, known, index);
				isStale = false;
			}
			if (asked.size === 0) {
				if (index >= longest) break;
				continue;
			}
			const findings = yield* check(element, [...asked.keys()]);
			if (findings.size === 0) continue;
			isStale = note(found, index, asked, findings);
			if (isStale) open = open.filter(({ schema }) => !isDeparture(found.get(schema)));
		}
		return found;
	}

	function* findingsInObject(value: JsonObject, schemas: ReadSchema[]): Check {
		const found: Findings = new Map();
		for (const known of schemas) {
			const departure = missingMember(known, value);
			if (departure) found.set(known.schema, departure);
		}
		let open = schemas.filter(({ schema }) => !found.has(schema));
		for (const [name, member] of Object.entries(value)) {
			const asked: Asked = new Map();
			for (const known of open) {
				const isSure =
					known.patterned.length === 0 ? askByName(asked, known, name) : yield* askByPattern(asked, known, name);
				if (!isSure) found.set(known.schema, 'unsure');
			}
			if (asked.size === 0) continue;
			const findings = yield* check(member, [...asked.keys()]);
			if (findings.size > 0 && note(found, name, asked, findings)) {
				open = open.filter(({ schema }) => !isDeparture(found.get(schema)));
			}
		}
		return found;
	}

	function askByName(asked: Asked, { schema, named, others }: ReadSchema, name: string): true {
		ask(asked, Object.hasOwn(named, name) ? named[name] : others, schema);
		return true;
	}

	/** The same where patterns count too; tells whether it is sure which of them do. */
	function* askByPattern(asked: Asked, { schema, named, patterned, others }: ReadSchema, name: string): Check<boolean> {
		let isOther = !Object.hasOwn(named, name);
		if (!isOther) ask(asked, named[name], schema);
		let isSure = true;
		for (const { search, inner } of patterned) {
			if (!search) isSure = false;
			else if (yield* search(name, isOver)) {
				isOther = false;
				ask(asked, inner, schema);
			}
		}
		if (isOther && isSure) ask(asked, others, schema);
		return isSure;
	}

	return check;
}
