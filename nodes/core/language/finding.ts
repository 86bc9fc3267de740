/** What the check of a value finds out. */
import type { Json } from '../json/json';

/** A value as it is checked: a text of many digits may stand for the number that it shows. */
export type Reading = Json | bigint;

/** Says what is wrong with a value, given its name: "'age' is 200, more than 120". */
export type Complaint = (name: string) => string;

/** How a value departs from a schema: what is wrong with the value itself, or with one within. */
export type Departure = { message: Complaint; isOfType?: boolean } | { step: string | number; inside: Departure };

/** How a value stands to a schema. It follows where there is no finding, and may follow where something was not checked. */
export type Finding = Departure | 'unsure' | undefined;

/** How a value stands to several schemas; those that it follows are not there. */
export type Findings = Map<unknown, Departure | 'unsure'>;

export function isDeparture(finding: Finding): finding is Departure {
	return finding !== undefined && finding !== 'unsure';
}

/** What is found where both must hold. */
export function bothOf(one: Finding, other: Finding): Finding {
	return isDeparture(one) ? one : isDeparture(other) ? other : (one ?? other);
}

/** What two ways to read the same value have in common. Where they differ, nothing is sure. */
export function eitherOf(asText: Findings, asNumber: Findings): Findings {
	const found: Findings = new Map();
	for (const schema of new Set([...asText.keys(), ...asNumber.keys()])) {
		const [text, number] = [asText.get(schema), asNumber.get(schema)];
		if (!isDeparture(text) || !isDeparture(number)) found.set(schema, 'unsure');
		else found.set(schema, 'isOfType' in text ? number : text);
	}
	return found;
}
