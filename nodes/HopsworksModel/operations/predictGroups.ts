/** The items of Predict in groups whose rows may share requests: the same target, the same further fields. */
import { readTarget } from '../../hopsworks/deployments';
import { asJsonObject, asRecord, take, type ParameterReader } from '../../hopsworks/parameters';
import type { Group } from '../../hopsworks/scatter';
import type { Target } from '../../serving/address';
import { encode, parseReply, type Json } from '../../serving/json';
import { badInput, success } from '../../serving/outcome';
import { readPredictions, requestBody, type Body } from '../../serving/predictV1';
import type { PredictSetUp } from './predictOptions';

type ExtraFields = Record<string, unknown>;

/** Groups that fill up item by item; `add` throws what `attempt` turns into a failure. */
export function predictGroups(read: ParameterReader, setUp: PredictSetUp) {
	const { connection, route, source } = setUp;
	const groups = new Map<string, Group<Json>>();
	let last: { locator: unknown; options: unknown; group: Group<Json> } | undefined;

	/** The group of an item; options that are the same for all are read once. */
	function groupOf(item: number): Group<Json> {
		const locator = read('deployment', item);
		const options = read('options', item);
		if (last && last.locator === locator && last.options === options) return last.group;
		const target = readTarget(locator, asRecord(options), connection, route);
		const extraFields = readExtraFields(asRecord(options), setUp);
		const key = encode([target.url, target.host ?? '', extraFields]);
		const group = groups.get(key) ?? emptyGroup(setUp, target, extraFields);
		groups.set(key, group);
		last = { locator, options, group };
		return group;
	}

	/** Sees that an item can be sent, so that what cannot is known before anything is. */
	function add(item: number): void {
		source.check(item);
		groupOf(item).items.push(item);
	}

	return { groups, add };
}

function emptyGroup(
	{ source, requestField, learnsField, limits, isRaw }: PredictSetUp,
	target: Target,
	extraFields: ExtraFields,
): Group<Json> {
	const writer = (field: Body['requestField']) => {
		const body = { requestField: field, shape: source.shape, extraFields };
		return (rows: string[]): string => (source.isBody ? rows.join() : requestBody(rows, body));
	};
	const learned = writer('instances');
	// What stands around the rows counts too, under the longer of the two field names.
	const frame = source.isBody ? 0 : Buffer.byteLength(learned([]));
	const group: Group<Json> = {
		target,
		items: [],
		limits: { rows: limits.rows, bytes: limits.bytes - frame },
		textOf: (item) => source.textOf(item, extraFields),
		write: writer(requestField),
		read: isRaw
			? (text) => success([parseReply(text) ?? text])
			: (text, rows) => readPredictions(text, rows, { requestField, shape: source.shape }),
		learn({ message }) {
			if (learnsField && /no instances in the request/i.test(message)) group.write = learned;
		},
	};
	return group;
}

function readExtraFields(options: Record<string, unknown>, { source, requestField }: PredictSetUp): ExtraFields {
	const fields = asJsonObject(options.extraFields, 'Extra Fields (JSON)');
	const taken = source.isBody ? undefined : ['inputs', 'instances', requestField].find((name) => name in fields);
	if (taken === undefined) return fields;
	return take(
		badInput(
			`'Extra Fields (JSON)' holds '${taken}', which the rows are sent under`,
			"Remove it there. To write the whole body yourself, set 'Rows From' to 'Whole Request Body'.",
		),
	);
}
