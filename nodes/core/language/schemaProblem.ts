/** Whether a JSON schema is one that answers can be held to, and what is wrong where it is not. */
import { show } from '../failure/excerpt';
import { asText, isDeeperThan, isRecord, MOST_LEVELS } from '../json/json';
import { inOrder } from './schemaOrder';
import { schemasIn, VARIANTS, type Place, type Schema } from './schemaPlaces';
import { lookUpIn, type LookUp } from './schemaReferences';
import { shapeProblem } from './schemaShape';

function within(path: string, name: string): string {
	return path === '' ? name : `${path}.${name}`;
}

/** Every schema within a schema once, itself first. Those that only references lead to come last. */
function* placesIn(root: Schema, lookUp: LookUp): Iterable<Place> {
	const seen = new Set<Schema>();
	const ahead: Place[] = [['', root]];
	const referred: Place[] = [];
	for (let place = ahead.pop(); place; place = ahead.pop() ?? referred.pop()) {
		const [path, schema] = place;
		if (!isRecord(schema)) {
			yield place;
			continue;
		}
		if (seen.has(schema)) continue;
		seen.add(schema);
		yield place;
		for (const [name, inner] of schemasIn(schema).toReversed()) ahead.push([within(path, name), inner]);
		const target = lookUp(schema);
		if (isRecord(target)) referred.push([asText(schema.$ref).replace(/^#\/?/, '').replaceAll('/', '.'), target]);
	}
}

/** What is wrong with a schema by itself. Undefined where nothing is. */
function ownProblem([path, schema]: Place, lookUp: LookUp): string | undefined {
	if (typeof schema === 'boolean' && path !== '') return undefined;
	if (!isRecord(schema)) return 'it is not an object';
	const problem = shapeProblem(schema);
	if (problem !== undefined) return problem;
	if (schema.$ref === undefined || lookUp(schema) !== undefined) return undefined;
	return `'$ref' ${show(schema.$ref)} leads nowhere`;
}

/**
 * What is wrong with a schema, and where: 'properties.team: its type is "text", …'. Undefined where nothing is. Only what
 * is no JSON Schema is wrong, a reference that leads nowhere, and one in a circle, in which a check would go on without end.
 */
export function problemInSchema(root: unknown): string | undefined {
	if (!isRecord(root)) return 'it is not an object';
	if (isDeeperThan(root, MOST_LEVELS)) return `it is nested more than ${MOST_LEVELS} levels deep`;
	const lookUp = lookUpIn(root);
	const paths = new Map<unknown, string>();
	const at = (path: string, problem: string): string => (path === '' ? problem : `${path}: ${problem}`);
	for (const place of placesIn(root, lookUp)) {
		const [path, schema] = place;
		const problem = ownProblem(place, lookUp);
		if (problem !== undefined) return at(path, problem);
		paths.set(schema, path);
	}
	/** The schemas that speak of the same value as this one. */
	const leadsTo = (schema: unknown): unknown[] => {
		if (!isRecord(schema)) return [];
		const variants = VARIANTS.flatMap((keyword) => (Array.isArray(schema[keyword]) ? schema[keyword] : []));
		return [lookUp(schema), schema.not, ...variants].filter((other) => isRecord(other));
	};
	const { circle } = inOrder([...paths.keys()], leadsTo);
	const turning = circle.find((schema) => isRecord(schema) && schema.$ref !== undefined);
	if (!isRecord(turning)) return undefined;
	return at(paths.get(turning) ?? '', `'$ref' ${show(turning.$ref)} leads in a circle, without going into the answer`);
}
