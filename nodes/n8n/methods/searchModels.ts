/** The list behind a model's locator: the models of the project's registry, as the editor offers them. */
import type { ILoadOptionsFunctions, INodeListSearchResult } from 'n8n-workflow';
import { nodeError } from '../errors';
import { connectionOfPanel } from '../projectChoice';
import { REST_DEFAULTS, restApi } from '../restApi';

/** A refused key is an error in the panel, never an empty list. */
export async function searchModels(this: ILoadOptionsFunctions, filter = ''): Promise<INodeListSearchResult> {
	const connection = await connectionOfPanel(this);
	const found = await restApi(this, connection, REST_DEFAULTS, { requests: 0, retries: 0 }).modelVersions();
	if (!found.ok) throw nodeError(this.getNode(), found.failure, 0);
	const wanted = filter.trim().toLowerCase();
	const names = [...new Set(found.value.map(({ name }) => name))];
	const results = names
		.filter((name) => name.toLowerCase().includes(wanted))
		.toSorted((one, other) => one.localeCompare(other))
		.map((name) => ({ name, value: name }));
	return { results };
}
