/** The items of Predict in groups whose rows may share requests: the same target, the same further fields. */
import type { IExecuteFunctions } from 'n8n-workflow';
import { readTarget } from '../../hopsworks/deployments';
import { asJsonObject, asRecord, attempt, take, type ParameterReader } from '../../hopsworks/parameters';
import type { Group } from '../../hopsworks/scatter';
import type { Target } from '../../serving/address';
import { encode, parseReply, type Json } from '../../serving/json';
import { badInput, success } from '../../serving/outcome';
import { readPredictions, requestBody, rowText, type Body } from '../../serving/predictV1';
import type { PredictSetUp } from './predictOptions';
import type { Row } from './rowReader';

type ExtraFields = Record<string, unknown>;

/** Groups that fill up item by item; `add` throws what `attempt` turns into a failure. */
export function predictGroups(context: IExecuteFunctions, read: ParameterReader, setUp: PredictSetUp) {
	const { connection, route, source } = setUp;
	const groups = new Map<string, Group<Json>>();
	const evaluated = new Map<number, Row>();
	const rowOf = (item: number): Row => evaluated.get(item) ?? source.read(item);
	let last: { locator: unknown; options: unknown; group: Group<Json> } | undefined;

	/** The group of an item; options that are the same for all are read once. */
	function groupOf(item: number): Group<Json> {
		const locator = read('deployment', item);
		const options = read('options', item);
		if (last && last.locator === locator && last.options === options) return last.group;
		const target = readTarget(locator, asRecord(options), connection, route);
		const extraFields = readExtraFields(asRecord(options), setUp);
		const key = encode([target.url, target.host ?? '', extraFields]);
		const group = groups.get(key) ?? emptyGroup(context, setUp, target, extraFields, rowOf);
		groups.set(key, group);
		last = { locator, options, group };
		return group;
	}

	function add(item: number): void {
		// Read here so that what cannot be read is known before anything is sent; kept only where reading is slow.
		const row = source.read(item);
		if (source.isEvaluated) evaluated.set(item, row);
		groupOf(item).items.push(item);
	}

	return { groups, add };
}

function emptyGroup(
	context: IExecuteFunctions,
	{ source, requestField, learnsField, convertText, limits, isRaw }: PredictSetUp,
	target: Target,
	extraFields: ExtraFields,
	rowOf: (item: number) => Row,
): Group<Json> {
	const textOf = ({ value }: Row): string =>
		source.isBody ? encode({ ...asRecord(value), ...extraFields }) : rowText(value, source.shape, convertText);
	const writer = (field: Body['requestField']) => {
		const body = { requestField: field, shape: source.shape, extraFields };
		return (texts: string[]): string => (source.isBody ? texts.join() : requestBody(texts, body));
	};
	// What stands around the rows counts too, under the longer of the two field names.
	const frame = source.isBody ? 0 : Buffer.byteLength(writer('instances')([]));
	const group: Group<Json> = {
		target,
		items: [],
		limits: { rows: limits.rows, bytes: limits.bytes - frame },
		textOf(item) {
			const row = rowOf(item);
			if (row.files.length === 0) return textOf(row);
			return attempt(async () => {
				for (const file of row.files) await file.load(context);
				return textOf(row);
			});
		},
		write: writer(requestField),
		read: isRaw
			? (text) => success([parseReply(text) ?? text])
			: (text, rows) => readPredictions(text, rows, { requestField, shape: source.shape }),
		learn({ message }) {
			if (learnsField && /no instances in the request/i.test(message)) group.write = learned;
		},
	};
	const learned = writer('instances');
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
