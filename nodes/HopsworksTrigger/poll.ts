/** A poll of the trigger: Hopsworks is looked at, and what has changed becomes items. In the editor, a sample of one. */
import type { INodeExecutionData, IPollFunctions } from 'n8n-workflow';
import { readMemory, type Look, type WatchedItem } from '../core/hopsworks/watchMemory';
import { readWebAddress } from '../core/hopsworks/webAddress';
import { readConnection } from '../n8n/connection';
import { nodeError } from '../n8n/errors';
import { inTurn } from '../n8n/pollTurns';
import { REST_DEFAULTS, restApi, type RestApi } from '../n8n/restApi';
import { attempt, take, unusable } from '../n8n/unusable';
import { readWatch } from './fields';
import { watchers } from './watchers';

/** Where the memory is kept in what n8n keeps of a node. */
const KEPT = 'memory';

export async function pollHopsworks(context: IPollFunctions): Promise<INodeExecutionData[][] | null> {
	const poll = context.getMode() === 'manual' ? sampleOf : changesIn;
	const found = await attempt(async () => await poll(context));
	if (!found.ok) throw nodeError(context.getNode(), found.failure, 0);
	return found.value.length === 0 ? null : [found.value.map((json) => ({ json }))];
}

/** What has changed since the poll before; nothing where one waits already for the one under way. */
async function changesIn(context: IPollFunctions): Promise<WatchedItem[]> {
	const key = `${context.getWorkflow().id ?? ''} ${context.getNode().id}`;
	const items = await inTurn(key, async () => {
		const kept = context.getWorkflowStaticData('node');
		const { api, look } = await prepare(context, kept[KEPT]);
		const { items: made, memory } = take(await watchers[look.watch.event].changes(api, look));
		// As a whole: n8n notices no change inside of what a node has given it.
		if (JSON.stringify(memory) !== JSON.stringify(kept[KEPT])) kept[KEPT] = memory;
		return made;
	});
	return items ?? [];
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
	const connection = await readConnection(context);
	const api = restApi(context, connection, REST_DEFAULTS, { requests: 0, retries: 0 });
	const { id, name } = take(await api.project());
	const { origin } = take(readWebAddress(connection.hopsworksUrl, "'Hopsworks URL' in the credential"));
	const place = { hopsworks: origin, projectId: id, project: name };
	return { api, look: { place, watch, memory: readMemory(kept, place, watch), at: Date.now() } };
}
