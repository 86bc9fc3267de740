/** Routes of the REST API about model registries (hopsworks-api: `model_registry_api.py`, `model_api.py`; OpenAPI 4.2.0). */
import type { Cluster } from './deployments.cts';
import type { Project } from './designs.cts';
import { page } from './page.cts';
import { CREATOR } from './record.cts';
import type { ModelVersion } from './registry.cts';
import { json, type Reply } from './reply.cts';
import { counted, inProject, refused, type Asked, type Route } from './restRoute.cts';

/** The registries that a project sees: its own, which has its number, and one that is shared with it. */
function registriesOf(project: Project, { projects, settings }: Cluster): Project[] {
	const [first, second] = projects;
	return project === first && second && settings.sharesRegistry ? [project, second] : [project];
}

function shownAs({ project, name, version, framework, metrics, created }: ModelVersion): Record<string, unknown> {
	return {
		id: `${name}_${version}`,
		name,
		version,
		projectName: project.name,
		modelRegistryId: project.id,
		framework,
		metrics,
		description: `The ${name} model`,
		created,
		userFullName: CREATOR,
		trainingDatasetVersion: 0,
	};
}

/** Hopsworks itself finds a registry by its number, as far as the project sees it. */
function inRegistry(answer: (registry: Project, asked: Asked) => Reply): Route['answer'] {
	return inProject((project, asked) => {
		const registry = registriesOf(project, asked.cluster).find(({ id }) => id === Number(asked.parts[1]));
		return registry
			? answer(registry, asked)
			: refused(404, 360000, 'Model registry not found', `registryId: ${String(asked.parts[1])}`);
	});
}

/** Whether a model is what all filters ask for, such as `name_eq:fraud` and `version:1`. */
function passes({ name, version }: ModelVersion, filters: string[]): boolean {
	return filters.every((filter) => {
		const [kind = '', ...rest] = filter.split(':');
		const wanted = rest.join(':');
		if (kind === 'name_eq' || kind === 'name') return name === wanted;
		return kind !== 'version' || version === Number(wanted);
	});
}

/** By a field or a metric, such as `accuracy:desc`; newest first unless asked for. A model without that metric comes last. */
function sorted(models: ModelVersion[], asked: string | null): ModelVersion[] {
	if (asked === null) return models.toReversed();
	const [by = '', direction] = asked.split(':');
	const sign = direction === 'asc' ? 1 : -1;
	if (by === 'name') return models.toSorted((one, other) => sign * one.name.localeCompare(other.name));
	const valueOf = ({ version, metrics }: ModelVersion): number | undefined =>
		by === 'version' ? version : metrics[by];
	return models.toSorted((one, other) => {
		const [left, right] = [valueOf(one), valueOf(other)];
		if (left === undefined || right === undefined) return Number(left === undefined) - Number(right === undefined);
		return sign * (left - right);
	});
}

function listModels(registry: Project, { call: { query }, cluster }: Asked): Reply {
	const own = cluster.registry.models.filter(({ project }) => project === registry);
	const wanted = own.filter((model) => passes(model, query.getAll('filter_by')));
	return page(sorted(wanted, query.get('sort_by')).map(shownAs), query);
}

function oneModel(registry: Project, { cluster, parts: [, , id = ''] }: Asked): Reply {
	const model = cluster.registry.models.find((one) => one.project === registry && `${one.name}_${one.version}` === id);
	return model ? json(200, shownAs(model)) : refused(404, 360000, 'Model not found', `Model: ${id}`);
}

const scope = 'MODELREGISTRY';
export const registryRoutes: Route[] = [
	{
		method: 'GET',
		path: /^\/project\/([^/]+)\/modelregistries$/,
		scope,
		answer: inProject((project, { cluster }) =>
			counted(registriesOf(project, cluster).map(({ id, name }) => ({ id, name }))),
		),
	},
	{
		method: 'GET',
		path: /^\/project\/([^/]+)\/modelregistries\/(\d+)\/models$/,
		scope,
		answer: inRegistry(listModels),
	},
	{
		method: 'GET',
		path: /^\/project\/([^/]+)\/modelregistries\/(\d+)\/models\/([^/]+)$/,
		scope,
		answer: inRegistry(oneModel),
	},
];
