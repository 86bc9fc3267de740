/** Where an answer departs from its JSON schema, found in time proportional to the schema times the answer. */
import { choiceTester } from './choices';
import { excerpt, show } from '../failure/excerpt';
import { asText, isRecord, type Json } from '../json/json';
import { inOrder, lookUpIn, type Order, type Schema } from './schemaReferences';
import { Turns, type GiveWay } from '../turns';

/** How a value departs from a schema: what is wrong with the value that `message` names, or with a value within. */
type Departure = { message(name: string): string } | { step: string | number; inside: Departure };

/** A value that is shown leaves room for the choices behind it. */
const LONGEST_VALUE = 200;
/** More choices would not fit into a message. */
const MOST_SHOWN = 250;

/** Where a value departs from several schemas; those that it follows are not there. */
type Departures = Map<unknown, Departure>;

function typeOf(value: unknown): string {
	if (value === null) return 'null';
	return Array.isArray(value) ? 'array' : typeof value;
}

/** Integers beyond 2^53 are read as text, so that no digit is lost. */
function isLongInteger(value: unknown): boolean {
	return typeof value === 'string' && /^-?\d{16,}$/.test(value);
}

function isOfType(value: unknown, type: unknown): boolean {
	if (type === 'integer') return Number.isInteger(value) || isLongInteger(value);
	if (type === 'number') return typeof value === 'number' || isLongInteger(value);
	return typeOf(value) === type;
}

/** What is wrong with the value itself; `isAmong` tells whether it is one of the choices. */
function ownDeparture(
	schema: unknown,
	value: Json,
	isAmong: (choices: unknown[], value: Json) => boolean,
): Departure | undefined {
	if (schema === false) return { message: (name) => `${name} should not be there` };
	if (!isRecord(schema) || typeof schema.$ref === 'string') return undefined;
	const { enum: choices, type = [] } = schema;
	const types: unknown[] = Array.isArray(type) ? type : [type];
	if (types.length > 0 && !types.some((one) => isOfType(value, one))) {
		return { message: (name) => `${name} is ${typeOf(value)}, not ${types.map(asText).join(' or ')}` };
	}
	if (!Array.isArray(choices) || isAmong(choices, value)) return undefined;
	return {
		message: (name) =>
			`${name} is ${excerpt(show(value), LONGEST_VALUE)}, none of ${choices.slice(0, MOST_SHOWN).map(show).join(', ')}`,
	};
}

function variantsOf(schema: Schema): unknown[] {
	const variants = schema.anyOf ?? schema.oneOf;
	return Array.isArray(variants) ? variants : [];
}

/** The member of an object that a schema wants and that is not there. */
function missingMember({ required }: Schema, value: object): Departure | undefined {
	const missing: unknown = [required].flat().find((name) => typeof name === 'string' && !Object.hasOwn(value, name));
	if (typeof missing !== 'string') return undefined;
	return { step: missing, inside: { message: (name) => `${name} is missing` } };
}

/** The schema of an object's member. */
function memberSchema({ properties, additionalProperties }: Schema, name: string): unknown {
	return isRecord(properties) && Object.hasOwn(properties, name) ? properties[name] : additionalProperties;
}

/** Whether a schema can say anything of a value, as `true` and what is no schema cannot. */
function speaks(schema: unknown): boolean {
	return schema === false || isRecord(schema);
}

/** A check that is under way; it stops where others are to have their turn. */
type Check = Generator<void, Departures>;

/** A function that tells where a value departs from some of the schemas within `root`, stopping whenever `isOver`. */
function checkerOf(root: Schema, isOver: () => boolean): (value: Json, asked: unknown[]) => Check {
	const lookUp = lookUpIn(root);
	const orders = new Map<unknown, Order>();
	const testers = new Map<unknown[], (value: unknown) => boolean>();

	function isAmong(choices: unknown[], value: Json): boolean {
		const test = testers.get(choices) ?? choiceTester(choices);
		testers.set(choices, test);
		return test(value);
	}

	/** The schemas that say for this one what they think of the same value. */
	function leadsTo(schema: unknown): unknown[] {
		if (!isRecord(schema)) return [];
		return typeof schema.$ref === 'string' ? [lookUp(schema.$ref)] : variantsOf(schema);
	}

	/** In which order some schemas are asked: each behind those that it leads to. */
	function orderOf(asked: unknown[]): unknown[] {
		const [only, ...others] = asked;
		if (others.length > 0) return inOrder(asked, leadsTo).schemas;
		const order = orders.get(only) ?? inOrder(asked, leadsTo);
		orders.set(only, order);
		return order.schemas;
	}

	/** What the schemas that this one leads to say for it. */
	function toldBefore(schema: unknown, found: Departures): Departure | undefined {
		const others = leadsTo(schema);
		return others.every((other) => found.has(other)) ? found.get(others[0]) : undefined;
	}

	/** Every schema is asked once about every value, however many lead to it. */
	function* departures(value: Json, asked: unknown[]): Check {
		if (isOver()) yield;
		const schemas = orderOf(asked);
		const found: Departures = new Map();
		for (const schema of schemas) {
			const departure = ownDeparture(schema, value, isAmong);
			if (departure) found.set(schema, departure);
		}
		const inside = departuresInside(value, schemas, found);
		const departed = inside && (yield* inside);
		for (const schema of schemas) {
			const departure = found.get(schema) ?? toldBefore(schema, found) ?? departed?.get(schema);
			if (departure) found.set(schema, departure);
		}
		return found;
	}

	/** Where what is in a list or an object departs from what schemas say of it, of those that it follows `before` that. */
	function departuresInside(value: Json, schemas: unknown[], before: Departures): Check | undefined {
		if (typeof value !== 'object' || value === null) return undefined;
		const open = schemas
			.filter((schema) => isRecord(schema))
			.filter((schema) => typeof schema.$ref !== 'string' && !before.has(schema));
		return Array.isArray(value) ? departuresInList(value, open) : departuresInObject(value, open);
	}

	function* departuresInList(list: Json[], schemas: Schema[]): Check {
		const found: Departures = new Map();
		const itemsOf = (some: Schema[]): unknown[] => [...new Set(some.map(({ items }) => items))];
		let open = schemas.filter(({ items }) => speaks(items));
		let asked = itemsOf(open);
		for (const [step, element] of list.entries()) {
			if (open.length === 0) break;
			const departed = yield* departures(element, asked);
			if (departed.size === 0) continue;
			for (const schema of open) {
				const inside = departed.get(schema.items);
				if (inside) found.set(schema, { step, inside });
			}
			open = open.filter((schema) => !found.has(schema));
			asked = itemsOf(open);
		}
		return found;
	}

	function* departuresInObject(value: { [name: string]: Json }, schemas: Schema[]): Check {
		const found: Departures = new Map();
		for (const schema of schemas) {
			const departure = missingMember(schema, value);
			if (departure) found.set(schema, departure);
		}
		for (const [step, member] of Object.entries(value)) {
			const open = schemas.filter((schema) => !found.has(schema));
			const speaking = open
				.map((schema) => ({ schema, inner: memberSchema(schema, step) }))
				.filter(({ inner }) => speaks(inner));
			if (speaking.length === 0) continue;
			const departed = yield* departures(member, [...new Set(speaking.map(({ inner }) => inner))]);
			for (const { schema, inner } of speaking) {
				const inside = departed.get(inner);
				if (inside) found.set(schema, { step, inside });
			}
		}
		return found;
	}

	return departures;
}

function told(departure: Departure): string {
	let path = '';
	let at = departure;
	for (; 'step' in at; at = at.inside) {
		if (typeof at.step === 'number') path += `[${at.step}]`;
		else path += path === '' ? at.step : `.${at.step}`;
	}
	return excerpt(at.message(at === departure ? 'it' : `'${path}'`));
}

/**
 * How an answer departs from its schema: "'team' is missing". Undefined where it follows. Looks at types, required members,
 * choices, and what is inside; a server that knows `json_schema` holds to the rest by itself. The answer is one that
 * `parseReply` read, and so not too deep to go into. Where it is long, its check gives way now and then.
 */
export async function departureFrom(schema: Schema, answer: Json, giveWay: GiveWay): Promise<string | undefined> {
	const turns = new Turns(giveWay);
	const check = checkerOf(schema, () => turns.isOver())(answer, [schema]);
	let step = check.next();
	for (; !step.done; step = check.next()) await turns.next();
	const departure = step.value.get(schema);
	return departure && told(departure);
}
