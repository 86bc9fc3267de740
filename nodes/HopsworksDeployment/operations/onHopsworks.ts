/**
 * The run of an operation that Hopsworks itself carries out, which is the same for all of them: every item is read, then a
 * few at a time are asked for. An operation says what is read of an item, and what is then done.
 */
import type { IDataObject } from 'n8n-workflow';
import { mapPool } from '../../core/batching/mapPool';
import { success, type Outcome } from '../../core/failure/outcome';
import type { DeploymentRecord } from '../../core/hopsworks/deploymentRecord';
import { readConnection, type CallContext, type Connection } from '../../n8n/connection';
import { readLocator } from '../../n8n/deploymentLocator';
import type { ParameterReader } from '../../n8n/parameterReader';
import { REST_DEFAULTS, restApi, type RestApi } from '../../n8n/restApi';
import { chosenProject, connectionInProject } from '../../n8n/projectChoice';
import type { Run } from '../../n8n/run';
import { attempt, take, unusable } from '../../n8n/unusable';

/** What is asked of Hopsworks for one item, in its project, and the fields of each item that comes out for it. */
export type Job = (api: RestApi, context: CallContext, connection: Connection) => Promise<Outcome<IDataObject[]>>;

/** A function that runs an operation; `readJob` reads an item, and throws `unusable`. */
export function onHopsworks(readJob: (read: ParameterReader, item: number) => Job): (run: Run) => Promise<void> {
	return async (run) => {
		const { context, read, stops, tally } = run;
		const connection = await attempt(async () => await readConnection(context));
		if (!connection.ok) return run.settleRest(connection.failure);
		const apis = new Map<string, RestApi>();
		const jobs = new Map<number, () => ReturnType<Job>>();
		const readItem = (item: number): void => {
			const inProject = take(connectionInProject(connection.value, chosenProject(read, item)));
			const api = apis.get(inProject.project) ?? restApi(context, inProject, REST_DEFAULTS, tally);
			apis.set(inProject.project, api);
			const job = readJob(read, item);
			jobs.set(item, async () => await job(api, context, inProject));
		};
		if (!(await run.readItems(readItem))) return;
		await mapPool(jobs, REST_DEFAULTS.concurrency, async ([item, job]) => {
			const done = await job();
			run.settle(item, done.ok ? success(done.value.map((json) => ({ json, pairedItem: { item } }))) : done);
			return done.ok || (!stops && done.failure.kind !== 'cancelled');
		});
	};
}

/** The same for operations on one deployment, which every item names. */
export function onDeployment(
	readJob: (
		read: ParameterReader,
		item: number,
	) => (record: DeploymentRecord, ...given: Parameters<Job>) => ReturnType<Job>,
): (run: Run) => Promise<void> {
	return onHopsworks((read, item) => {
		const name = readLocator(read('deployment', item)).value.trim();
		if (name === '') {
			unusable("'Deployment' is empty", "Pick a deployment from the list, or choose 'By Name' and enter its name.");
		}
		const job = readJob(read, item);
		return async (api, ...given) => {
			const record = await api.deployment(name);
			return record.ok ? await job(record.value, api, ...given) : record;
		};
	});
}
