/** What each event asks Hopsworks for, and what it makes of the answers. */
import { mapPool } from '../core/batching/mapPool';
import { DEPLOYMENT_NOT_FOUND } from '../core/failure/errorCodes';
import { badInput, success, type Failed, type Outcome } from '../core/failure/outcome';
import type { DeploymentRecord } from '../core/hopsworks/deploymentRecord';
import type { DeploymentVersion } from '../core/hopsworks/deploymentVersion';
import { modelChanges, modelSample } from '../core/hopsworks/modelChanges';
import { stateChanges, stateSample } from '../core/hopsworks/stateChanges';
import { unknownDeployment } from '../core/hopsworks/unknownDeployment';
import { changedLast, toAskForVersions, versionChanges, versionSample } from '../core/hopsworks/versionChanges';
import {
	isFirstLook,
	type Changes,
	type Look,
	type WatchedEvent,
	type WatchedItem,
} from '../core/hopsworks/watchMemory';
import { REST_DEFAULTS, type RestApi } from '../n8n/restApi';

interface Watcher {
	/** What has changed since the look before. */
	changes(api: RestApi, look: Look): Promise<Outcome<Changes>>;
	/** What an item is like, by what is there now; undefined where nothing is. */
	sample(api: RestApi, look: Look): Promise<Outcome<WatchedItem | undefined>>;
}

export const watchers: Record<WatchedEvent, Watcher> = {
	deploymentState: {
		async changes(api, given) {
			const found = await lookAtDeployments(api, given);
			return found.ok ? success(stateChanges(found.value.look, found.value.records)) : found;
		},
		async sample(api, given) {
			const found = await lookAtDeployments(api, given);
			return found.ok ? success(stateSample(found.value.look, found.value.records)) : found;
		},
	},
	deploymentVersion: {
		async changes(api, given) {
			const found = await lookAtDeployments(api, given);
			if (!found.ok) return found;
			const { look, records } = found.value;
			const versions = await versionsOf(api, toAskForVersions(look, records));
			return versions.ok ? success(versionChanges(look, records, versions.value)) : versions;
		},
		async sample(api, given) {
			const found = await lookAtDeployments(api, given);
			if (!found.ok) return found;
			const latest = changedLast(found.value.look, found.value.records);
			if (!latest) return success(undefined);
			const versions = await api.versions(latest.id);
			return versions.ok ? success(versionSample(found.value.look, latest, versions.value)) : versions;
		},
	},
	modelVersion: {
		async changes(api, look) {
			const found = await api.modelVersions(onlyName(look));
			if (!found.ok) return found;
			return unknownModel(look, found.value) ?? success(modelChanges(look, found.value));
		},
		async sample(api, look) {
			const found = await api.modelVersions(onlyName(look));
			if (!found.ok) return found;
			return unknownModel(look, found.value) ?? success(modelSample(look, found.value));
		},
	},
};

/**
 * The project's deployments, and the look with those that are named by their numbers named by their names. One that is named
 * for the first time must be there: a name with a fault in it would otherwise never start anything, and never say so.
 */
async function lookAtDeployments(
	api: RestApi,
	look: Look,
): Promise<Outcome<{ look: Look; records: DeploymentRecord[] }>> {
	const found = await api.deployments();
	if (!found.ok) return found;
	const records = found.value;
	const nameOf = (given: string): string =>
		(records.find(({ name }) => name === given) ?? records.find(({ id }) => String(id) === given))?.name ?? given;
	const names = look.watch.names?.map(nameOf);
	const isThere = (name: string): boolean => records.some((record) => record.name === name);
	const missing = names?.find((name) => !isThere(name) && isFirstLook(look, name));
	if (missing !== undefined) {
		return unknownDeployment(
			look.place.project,
			missing,
			records.map(({ name }) => name),
		);
	}
	return success({ look: { ...look, watch: { ...look.watch, ...(names && { names }) } }, records });
}

/** The versions of some deployments, by their numbers. One that was deleted meanwhile has none. */
async function versionsOf(
	api: RestApi,
	records: DeploymentRecord[],
): Promise<Outcome<Map<number, DeploymentVersion[]>>> {
	const versions = new Map<number, DeploymentVersion[]>();
	let problem: Failed | undefined;
	await mapPool(records, REST_DEFAULTS.concurrency, async ({ id }) => {
		const found = await api.versions(id);
		if (found.ok) versions.set(id, found.value);
		else if (found.failure.errorCode !== DEPLOYMENT_NOT_FOUND) problem ??= found;
		return problem === undefined;
	});
	return problem ?? success(versions);
}

/** The name of the only model that is watched: the registry can be asked for it alone. */
function onlyName({ watch: { names } }: Look): string | undefined {
	return names?.[0];
}

function unknownModel(look: Look, versions: Array<{ name: string }>): Failed | undefined {
	const name = onlyName(look);
	if (name === undefined || !isFirstLook(look, name) || versions.some((version) => version.name === name)) {
		return undefined;
	}
	return badInput(
		`The project '${look.place.project}' has no model '${name}'`,
		"Pick the model from the list, or leave 'Model' empty to hear of every model, new ones among them. Capital letters count.",
	);
}
