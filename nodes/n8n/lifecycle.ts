/** Starting and stopping deployments, and waiting until they are there. */
import { isReady, type DeploymentRecord, type State } from '../core/hopsworks/deploymentRecord';
import { badInput, success, type Failed, type Outcome } from '../core/failure/outcome';
import { pluralize } from '../core/failure/pluralize';
import { NOT_STARTED } from '../core/failure/errorCodes';
import { pause } from './cancel';
import type { CallContext } from './connection';
import type { RestApi } from './restApi';

/** Seconds between two looks at a state, as Hopsworks' own client waits. */
const POLL_EVERY = 5;

const STARTABLE: ReadonlySet<State> = new Set<State>(['Created', 'Stopped']);

export interface Patience {
	context: CallContext;
	api: RestApi;
	/** Longest wait, in seconds; 0 asks only. */
	maxWait: number;
}

/**
 * Starts a deployment unless it runs, and waits until it is ready. One that somebody else is starting, in another run or
 * in Hopsworks, is only waited for. Ends with the server's reason where it fails.
 */
export async function startDeployment(
	record: DeploymentRecord,
	patience: Patience,
): Promise<Outcome<DeploymentRecord>> {
	const { api, maxWait } = patience;
	const deadline = Date.now() + maxWait * 1000;
	let now = record;
	let isStarted = false;
	while (!isReady(now.state)) {
		if (now.state === 'Failed') return failedDeployment(now);
		const starts: boolean = STARTABLE.has(now.state) && !isStarted;
		if (!starts && maxWait === 0) return isStarted || now.state === 'Starting' ? success(now) : notYet(now);
		const next: Outcome<DeploymentRecord> = starts
			? await change(now, 'start', api)
			: await lookAgain(now, patience, deadline, 'ready');
		if (!next.ok) return next;
		now = next.value;
		isStarted ||= starts;
	}
	return success(now);
}

/** Stops a deployment unless it is stopped, and waits until it is. */
export async function stopDeployment(record: DeploymentRecord, patience: Patience): Promise<Outcome<DeploymentRecord>> {
	const { api, maxWait } = patience;
	const deadline = Date.now() + maxWait * 1000;
	const isDown = ({ state }: DeploymentRecord): boolean => STARTABLE.has(state);
	let next: Outcome<DeploymentRecord> = success(record);
	if (!isDown(record) && record.state !== 'Stopping') next = await change(record, 'stop', api);
	while (next.ok && maxWait > 0 && !isDown(next.value)) {
		next = await lookAgain(next.value, patience, deadline, 'stopped');
	}
	return next;
}

/**
 * Asks for a start or a stop, and returns the deployment as it then is. A refusal may only say that somebody else was
 * quicker; it counts where the state is still the same.
 */
async function change(
	{ id, name, state }: DeploymentRecord,
	action: 'start' | 'stop',
	api: RestApi,
): Promise<Outcome<DeploymentRecord>> {
	const asked = await api[action](id);
	if (!asked.ok && asked.failure.errorCode !== NOT_STARTED) return asked;
	const now = await api.deployment(name);
	return !asked.ok && now.ok && now.value.state === state ? asked : now;
}

/** Waits, and returns the deployment as it then is. A cancel ends the wait, and the look after it fails for that reason. */
export async function lookAgain(
	{ name, state, reason }: DeploymentRecord,
	{ context, api, maxWait }: Patience,
	deadline: number,
	wanted: string,
): Promise<Outcome<DeploymentRecord>> {
	const left = (deadline - Date.now()) / 1000;
	if (left <= 0) {
		return badInput(
			`The deployment '${name}' was not ${wanted} within ${pluralize(maxWait, 'second')}: it is ${described(state)}`,
			`${reason === '' ? '' : `Hopsworks says: ${reason}. `}It goes on without this run. Raise 'Wait at Most (Seconds)' to wait longer; a language model can take a quarter of an hour to start.`,
		);
	}
	await pause(context, Math.min(POLL_EVERY, left));
	return await api.deployment(name);
}

function notYet({ name, state }: DeploymentRecord): Failed {
	return badInput(
		`The deployment '${name}' cannot be started now: it is ${described(state)}`,
		"Turn on 'Wait Until Done', and it is started as soon as it can be.",
	);
}

function described(state: State): string {
	return state === '' ? 'in a state that this node does not know' : `'${state}'`;
}

/** The failure of a call to a deployment that is down, unless it is on its way up: then trying again helps. */
export function downFailure(record: DeploymentRecord): Failed | undefined {
	const { name, state } = record;
	if (state === 'Failed') return failedDeployment(record);
	if (!STARTABLE.has(state) && state !== 'Stopping') return undefined;
	return badInput(
		`The deployment '${name}' is not running: it is ${described(state)}`,
		"Start it in Hopsworks or with the node Hopsworks Deployment, or set the option 'When Stopped' to 'Start It'.",
	);
}

export function failedDeployment({ name, reason }: DeploymentRecord): Failed {
	return badInput(
		`The deployment '${name}' has failed${reason === '' ? '' : `: ${reason}`}`,
		"Its logs say more: see its page in Hopsworks, or 'Get Logs' of the node Hopsworks Deployment. Once the cause is fixed, stop it and start it again.",
	);
}
