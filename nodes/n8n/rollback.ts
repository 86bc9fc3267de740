/** Rolling a deployment back to one of its versions, and waiting until it runs. */
import { badInput, success, type Failed, type Outcome } from '../core/failure/outcome';
import type { DeploymentRecord, State } from '../core/hopsworks/deploymentRecord';
import { activeIn, versionToRunIn } from '../core/hopsworks/deploymentVersion';
import { failedDeployment, lookAgain, type Patience } from './lifecycle';
import type { RestApi } from './restApi';

/** What became of a deployment that was to be rolled back. */
export interface RolledBack {
	record: DeploymentRecord;
	/** The version that was active; undefined where Hopsworks does not tell. */
	from: number | undefined;
	to: number;
	/** Whether it was rolled back; the version was active already otherwise. */
	isChanged: boolean;
}

/** States in which Hopsworks takes no other version. */
const BETWEEN: ReadonlySet<State> = new Set<State>(['Starting', 'Stopping']);

/** States in which no instance takes the version up. */
const DOWN: ReadonlySet<State> = new Set<State>(['Creating', 'Created', 'Stopped']);

const LASTING: ReadonlySet<State> = new Set<State>([...DOWN, 'Running', 'Idle', 'Failed']);

/** Statuses that say no, whatever the state of the deployment. */
const FINAL: ReadonlySet<number | undefined> = new Set([401, 403, 404]);

/** So many looks may still show the failure that there was before: half a minute. */
const OLD_LOOKS = 6;

/**
 * Makes a version the active one unless it is, and waits until it runs. A deployment that is stopped has nothing to wait
 * for, and its next start runs the version.
 */
export async function rollBackDeployment(
	record: DeploymentRecord,
	wanted: number | 'previous',
	patience: Patience,
): Promise<Outcome<RolledBack>> {
	const { api, maxWait } = patience;
	const versions = await api.versions(record.id);
	if (!versions.ok) return versions;
	const active = activeIn(versions.value, record.version);
	const chosen = versionToRunIn(record.name, versions.value, active, wanted);
	if (!chosen.ok) return chosen;
	const to = chosen.value;
	const from = active?.version;
	const isChanged = from !== to;
	if (isChanged && BETWEEN.has(record.state)) return notNow(record);
	const changed = isChanged ? await activate(record, to, api) : success(record);
	const settled = changed.ok ? await settle(changed.value, to, patience, isChanged ? record : undefined) : changed;
	if (!settled.ok) return settled;
	const now = settled.value;
	if (now.version !== undefined && now.version !== to) return overtaken(now, to);
	if (maxWait === 0) return success({ record: now, from, to, isChanged });
	if (now.state === 'Failed') return isChanged ? failedAfter(now, from, to) : failedDeployment(now);
	if (DOWN.has(now.state) && !DOWN.has(record.state)) return stoppedMeanwhile(now, to);
	return success({ record: now, from, to, isChanged });
}

/** Asks for a version, and returns the deployment as it then is. A lost answer or a refusal may come after it was done. */
async function activate(
	{ id, name }: DeploymentRecord,
	version: number,
	api: RestApi,
): Promise<Outcome<DeploymentRecord>> {
	const asked = await api.rollBack(id, version);
	if (!asked.ok && (asked.failure.kind === 'cancelled' || FINAL.has(asked.failure.status))) return asked;
	const now = await api.deployment(name);
	return !asked.ok && !(now.ok && now.value.version === version) ? asked : now;
}

/** Waits until a deployment that was in the state `before` is in one that lasts. */
async function settle(
	changed: DeploymentRecord,
	version: number,
	patience: Patience,
	before?: DeploymentRecord,
): Promise<Outcome<DeploymentRecord>> {
	const deadline = Date.now() + patience.maxWait * 1000;
	let now = changed;
	for (let looks = 0; patience.maxWait > 0; looks++) {
		if (LASTING.has(now.state) && !(before && mayBeOld(now, before, looks))) break;
		const next = await lookAgain(now, patience, deadline, `ready with version ${version}`);
		if (!next.ok) return next;
		now = next.value;
	}
	return success(now);
}

/** Whether a state may be that of the version before: instances that run take the change up a moment later. */
function mayBeOld({ state, reason }: DeploymentRecord, before: DeploymentRecord, looks: number): boolean {
	if (state !== before.state) return false;
	if (state === 'Failed') return reason === before.reason && looks < OLD_LOOKS;
	return state === 'Running' && looks === 0;
}

function notNow({ name, state }: DeploymentRecord): Failed {
	const end = state === 'Starting' ? 'is running' : 'has stopped';
	return badInput(
		`The deployment '${name}' cannot be rolled back now: it is '${state}'`,
		`Run it again once the deployment ${end}. Nothing was changed.`,
	);
}

function overtaken({ name, version }: DeploymentRecord, wanted: number): Failed {
	return badInput(
		`Version ${wanted} of the deployment '${name}' is not active any more: version ${version} is`,
		"Somebody else rolled it back or saved a version at the same time. See 'Get Versions' for what there is.",
	);
}

function failedAfter({ name, reason }: DeploymentRecord, from: number | undefined, to: number): Failed {
	const way = from === undefined ? `to version ${to}` : `from version ${from} to ${to}`;
	return badInput(
		`The deployment '${name}' was rolled back ${way}, and has failed${reason === '' ? '' : `: ${reason}`}`,
		"Its logs say more: see its page in Hopsworks, or 'Get Logs'. Roll back to another version, or stop it and start it again.",
	);
}

function stoppedMeanwhile({ name, state }: DeploymentRecord, to: number): Failed {
	return badInput(
		`The deployment '${name}' was rolled back to version ${to}, but does not run: it is '${state}'`,
		'Somebody else stopped it meanwhile. Its next start runs that version.',
	);
}
