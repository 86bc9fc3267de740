/** What schemas for the same value say together: `$ref` and `allOf`, `anyOf`, `oneOf` and `not`. */
import { excerpt, show } from '../failure/excerpt';
import { bothOf, isDeparture, type Finding, type Findings, type Reading } from './finding';
import type { ReadSchema } from './schemaReader';

function ofAny(variants: unknown[], found: Findings): Finding {
	if (variants.some((variant) => !found.has(variant))) return undefined;
	return variants.some((variant) => found.get(variant) === 'unsure') ? 'unsure' : found.get(variants[0]);
}

function ofOne(variants: unknown[], found: Findings): Finding {
	const followed = variants.filter((variant) => !found.has(variant)).length;
	if (followed > 1) return { message: (name) => `${name} fits ${followed} schemas of 'oneOf', not exactly one` };
	if (variants.some((variant) => found.get(variant) === 'unsure')) return 'unsure';
	return followed === 1 ? undefined : found.get(variants[0]);
}

function ofNone(schema: unknown, found: Findings, value: Reading): Finding {
	const finding = found.get(schema);
	if (isDeparture(finding)) return undefined;
	return finding ?? { message: (name) => `${name} is ${excerpt(show(value), 200)}, which 'not' rules out` };
}

/** What the schemas that a schema leads to say for it. */
export function findingOfVariants({ all, any, one, none }: ReadSchema, found: Findings, value: Reading): Finding {
	let finding: Finding;
	for (const schema of all) finding = bothOf(finding, found.get(schema));
	if (any) finding = bothOf(finding, ofAny(any, found));
	if (one) finding = bothOf(finding, ofOne(one, found));
	for (const schema of none) finding = bothOf(finding, ofNone(schema, found, value));
	return finding;
}
