/** Where an answer departs from its JSON schema, found in time proportional to the schema times the answer. */
import { excerpt } from '../failure/excerpt';
import type { Json } from '../json/json';
import { Turns, type GiveWay } from '../turns';
import { isDeparture, type Departure } from './finding';
import { checkerOf } from './schemaCheck';
import type { Schema } from './schemaPlaces';

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
 * How an answer departs from its schema: "'team' is missing". Undefined where it follows, and where only keywords that are
 * not checked could tell. The answer is one that `parseReply` read, and so not too deep to go into. Where it is long, its
 * check gives way now and then.
 */
export async function departureFrom(schema: Schema, answer: Json, giveWay: GiveWay): Promise<string | undefined> {
	const turns = new Turns(giveWay);
	const check = checkerOf(schema, () => turns.isOver())(answer, [schema]);
	let step = check.next();
	for (; !step.done; step = check.next()) await turns.next();
	const finding = step.value.get(schema);
	return isDeparture(finding) ? told(finding) : undefined;
}
