/** Groups whose deployments can be called: all are waited for at the same time, before anything is sent. */
import type { Outcome } from '../serving/outcome';
import type { Group } from './scatter';

export interface ReadyGroup<Value> extends Group<Value> {
	/** Sees that the deployment can be called, and starts it first where the options say so. */
	ready(): Promise<Outcome<unknown>>;
}

/** The groups that can be called; the items of the others get the reason as their outcomes. */
export async function readyGroups<Value, Made>(
	groups: Iterable<ReadyGroup<Value>>,
	outcomes: Array<Outcome<Made>>,
): Promise<Array<ReadyGroup<Value>>> {
	const waiting = [...groups].map(async (group) => ({ group, ready: await group.ready() }));
	const readied = await Promise.all(waiting);
	for (const { group, ready } of readied) {
		if (!ready.ok) for (const item of group.items) outcomes[item] = ready;
	}
	return readied.filter(({ ready }) => ready.ok).map(({ group }) => group);
}
