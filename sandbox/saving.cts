/** Changes of a deployment's configuration: saved as a new version or in place, and rolled back (Hopsworks documentation, 'Deployment Versions'). */
import { isDeepStrictEqual } from 'node:util';
import type { Cluster, Deployment } from './deployments.cts';
import { CREATOR, parted } from './record.cts';
import type { Version } from './versions.cts';

/** Makes a version the active one, and the instances follow. Gives the words of a refusal where they cannot now. */
function activate({ lifecycle, versions }: Deployment, make: () => Version, served: Version): string | undefined {
	const { isServing } = lifecycle;
	const problem = lifecycle.update();
	if (problem !== undefined) return problem;
	versions.activate(make(), isServing ? served : undefined);
	return undefined;
}

function answering({ lifecycle, versions }: Deployment): Version {
	return versions.answering(lifecycle.status === 'Updating');
}

export interface Save {
	/** The fields of the record that are given. */
	fields: Record<string, unknown>;
	isNew: boolean;
	/** Why the version does not come up, if it shall not. */
	failure?: string;
}

/** Saves fields of the record; where nothing is changed, nothing happens. Gives the words of a refusal. */
export function save(cluster: Cluster, deployment: Deployment, { fields, isNew, failure }: Save): string | undefined {
	const { versions, project } = deployment;
	const { held: given, common } = parted(fields);
	const held = { ...versions.active.held, ...given };
	const isSame =
		isDeepStrictEqual(held, versions.active.held) && (failure ?? versions.active.failure) === versions.active.failure;
	const { modelName, modelVersion } = held;
	const model = cluster.registry.find(project, modelName, modelVersion);
	if (!model) return `Model ${String(modelName)} has no version ${String(modelVersion)}`;
	if (!isSame) {
		const content = { ...cluster.content(deployment, held, model), failure };
		const served = { ...answering(deployment) };
		const make = (): Version => (isNew ? versions.keep(content, CREATOR) : versions.edit(content, CREATOR));
		const problem = activate(deployment, make, served);
		if (problem !== undefined) return problem;
	}
	deployment.fields = { ...deployment.fields, ...common };
	return undefined;
}

/** Makes a version the active one that is kept. Gives the words of a refusal. */
export function rollBack(deployment: Deployment, number: unknown): string | undefined {
	const { versions } = deployment;
	const version = versions.find(number);
	if (!version) return `Version ${JSON.stringify(number)} does not exist`;
	if (version === versions.active) return undefined;
	return activate(deployment, () => version, answering(deployment));
}
