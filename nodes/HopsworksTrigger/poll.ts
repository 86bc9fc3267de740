/** A poll of the trigger: Hopsworks is looked at, and what has changed becomes items. In the editor, a sample of one. */
import type { INodeExecutionData, IPollFunctions } from 'n8n-workflow';
import type { Failure } from '../core/failure/outcome';
import { readMemory, type Look, type WatchedItem } from '../core/hopsworks/watchMemory';
import { readWebAddress } from '../core/hopsworks/webAddress';
import { readConnection } from '../n8n/connection';
import { nodeError } from '../n8n/errors';
import { inTurn } from '../n8n/pollTurns';
import { connectionInProject, readChosenProject } from '../n8n/projectChoice';
import { REST_DEFAULTS, restApi, type RestApi } from '../n8n/restApi';
import { attempt, take, unusable } from '../n8n/unusable';
import { readWatch } from './fields';
import { watchers } from './watchers';

/** Where the memory is kept in what n8n keeps of a node. */
const KEPT = 'memory';

/** Nodes that have been polled since n8n was started. */
const polled = new Set<string>();

export async function pollHopsworks(context: IPollFunctions): Promise<INodeExecutionData[][] | null> {
	const isByHand = context.getMode() === 'manual';
	const key = `${context.getWorkflow().id ?? ''} ${context.getNode().id}`;
	const found = await attempt(async () => await (isByHand ? sampleOf(context) : inTurn(key, () => changesIn(context))));
	const isFirst = !isByHand && !polled.has(key);
	if (isFirst) polled.add(key);
	if (!found.ok && isFirst && mayComeBack(found.failure, context)) return null;
	if (!found.ok) throw nodeError(context.getNode(), found.failure, 0);
	const items = found.value ?? [];
	return items.length === 0 ? null : [items.map((json) => ({ json }))];
}

/**
 * Whether the first poll after n8n was started failed for a Hopsworks that is away, and has a memory to go on from. n8n may
 * leave a trigger alone for good that fails then; the next poll fails too unless Hopsworks is back.
 */
function mayComeBack({ kind }: Failure, context: IPollFunctions): boolean {
	return kind !== 'input' && kind !== 'node' && context.getWorkflowStaticData('node')[KEPT] !== undefined;
}

/** What has changed since the poll before. */
async function changesIn(context: IPollFunctions): Promise<WatchedItem[]> {
	const kept = context.getWorkflowStaticData('node');
	const { api, look } = await prepare(context, kept[KEPT]);
	const { items, memory } = take(await watchers[look.watch.event].changes(api, look));
	// As a whole: n8n notices no change inside of what a node has given it.
	if (JSON.stringify(memory) !== JSON.stringify(kept[KEPT])) kept[KEPT] = memory;
	return items;
}

/** Of an item, as it would be for what is there now. Nothing is remembered of it. */
async function sampleOf(context: IPollFunctions): Promise<WatchedItem[]> {
	const { api, look } = await prepare(context, undefined);
	const sample = take(await watchers[look.watch.event].sample(api, look));
	if (sample) return [sample];
	const { event, metric } = look.watch;
	return unusable(
		event === 'modelVersion'
			? `There is no version of a model${metric ? ` with the metric '${metric.name}'` : ''} to show yet`
			: `There is no deployment to show yet in the project '${look.place.project}'`,
		'In the editor the trigger shows what is there as an example. Once the workflow is active, it starts with what changes from then on.',
	);
}

async function prepare(context: IPollFunctions, kept: unknown): Promise<{ api: RestApi; look: Look }> {
	const watch = await readWatch(context);
	const chosen = readChosenProject(context.getNodeParameter('options.project', ''));
	const connection = take(connectionInProject(await readConnection(context), chosen));
	const api = restApi(context, connection, REST_DEFAULTS, { requests: 0, retries: 0 });
	const { id, name } = take(await api.project());
	const { origin } = take(readWebAddress(connection.hopsworksUrl, "'Hopsworks URL' in the credential"));
	const place = { hopsworks: origin, projectId: id, project: name };
	return { api, look: { place, watch, memory: readMemory(kept, place, watch), at: Date.now() } };
}
