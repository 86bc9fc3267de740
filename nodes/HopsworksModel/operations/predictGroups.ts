/** The items of Predict in groups whose rows may share requests: the same target, the same further fields. */
import { giveWay } from '../../hopsworks/cancel';
import type { Found } from '../../hopsworks/discovery';
import { asJsonObject, asRecord, take, type ParameterReader } from '../../hopsworks/parameters';
import type { Group } from '../../hopsworks/scatter';
import type { DeploymentRecord } from '../../serving/deploymentRecord';
import { encode, type Json } from '../../serving/json';
import { badInput, success } from '../../serving/outcome';
import { readPredictions, requestBody, type Body } from '../../serving/predictV1';
import type { RowShape } from '../../serving/rowShape';
import type { PredictSetUp } from './predictOptions';

type ExtraFields = Record<string, unknown>;

type PredictGroup = Group<Json>;

/** Groups that fill up item by item; `add` throws what `attempt` turns into a failure. */
export function predictGroups(read: ParameterReader, setUp: PredictSetUp) {
	const { route, source, finder, schemaOwner } = setUp;
	const groups = new Map<string, PredictGroup>();
	let last: { locator: unknown; options: unknown; group: PredictGroup } | undefined;

	/** The group of an item whose deployment has to be looked up first, or whose options differ from the last one's. */
	async function findGroup(locator: unknown, options: unknown): Promise<PredictGroup> {
		const found = await finder.find(locator, asRecord(options), route);
		const { target } = found;
		if (schemaOwner !== undefined && target.deployment !== schemaOwner) {
			take(
				badInput(
					`The rows are made for the schema of '${schemaOwner}', and this item is for '${target.deployment}'`,
					"With 'Rows From' set to 'Schema of the Deployment', all items of a run go to one deployment.",
				),
			);
		}
		const extraFields = readExtraFields(asRecord(options), setUp);
		const key = encode([target.url, target.host ?? '', extraFields]);
		const group = groups.get(key) ?? emptyGroup(setUp, found, extraFields, () => finder.ready(found));
		groups.set(key, group);
		last = { locator, options, group };
		return group;
	}

	/** Sees that an item can be sent, so that what cannot is known before anything is. Most items wait for nothing. */
	function add(item: number): Promise<void> | undefined {
		source.check(item);
		const locator = read('deployment', item);
		const options = read('options', item);
		if (last && last.locator === locator && last.options === options) {
			last.group.items.push(item);
			return undefined;
		}
		return findGroup(locator, options).then((group) => void group.items.push(item));
	}

	return { groups, add };
}

function emptyGroup(
	{ source, requestField, learnsField, limits, isRaw }: PredictSetUp,
	{ target, record }: Found,
	extraFields: ExtraFields,
	ready: PredictGroup['ready'],
): PredictGroup {
	const writer = (field: Body['requestField']) => {
		const body = { requestField: field, shape: source.shape, extraFields };
		return (rows: string[]): string => (source.isBody ? rows.join() : requestBody(rows, body));
	};
	const learned = writer('instances');
	// What stands around the rows counts too, under the longer of the two field names.
	const frame = source.isBody ? 0 : Buffer.byteLength(learned([]));
	const group: PredictGroup = {
		ready,
		target,
		items: [],
		limits: { rows: limits.rows, bytes: limits.bytes - frame },
		textOf: (item) => source.textOf(item, extraFields),
		write: learnsField && needsInstances(record, source.shape) ? learned : writer(requestField),
		read: isRaw
			? ({ json, text }) => success([json ?? text])
			: (reply, rows) => readPredictions(reply, rows, { requestField, shape: source.shape }, giveWay),
		learn({ message }) {
			if (learnsField && /no instances in the request/i.test(message)) group.write = learned;
		},
	};
	return group;
}

/** Whether a deployment's record says that it reads `instances` only: a batcher does, and TensorFlow Serving by rows. */
function needsInstances(record: DeploymentRecord | undefined, { format }: RowShape): boolean {
	if (!record) return false;
	return record.hasBatcher || (record.modelServer === 'TENSORFLOW_SERVING' && format !== 'columnar');
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
