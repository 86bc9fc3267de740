/** Deployments of the sandbox in each of their states. */
import type { Lifecycle, Status } from '../../sandbox/lifecycle.cts';
import type { Sandbox } from '../../sandbox/sandbox.cts';

export function lifecycleOf({ cluster }: Sandbox, name: string): Lifecycle {
	const found = cluster.deployments.find((deployment) => deployment.name === name);
	if (!found) throw new Error(`the sandbox has no ${name}`);
	return found.lifecycle;
}

/** How often a deployment has to be started until it is ready, by the state that it is in before. */
export const STARTS_FROM: Array<[state: Status, starts: number]> = [
	['Created', 1],
	['Stopped', 1],
	['Creating', 1],
	['Stopping', 1],
	['Starting', 0],
	['Running', 0],
	['Idle', 0],
	['Updating', 0],
];
