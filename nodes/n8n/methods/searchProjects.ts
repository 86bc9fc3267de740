/** The list behind the option 'Project': those of the API key's user, as the editor offers them. */
import type { ILoadOptionsFunctions, INodeListSearchResult } from 'n8n-workflow';
import { nodeError } from '../errors';
import { credentialOfPanel } from '../projectChoice';
import { REST_DEFAULTS, restApi } from '../restApi';

/** What is left without the list, where a gateway of the credential's own makes the name enough. */
const BY_NAME = " Or choose 'By Name' and enter the project's name.";

/** The credential's project alone where it names one: no other could be chosen. A refused key is an error, never an empty list. */
export async function searchProjects(this: ILoadOptionsFunctions, filter = ''): Promise<INodeListSearchResult> {
	const connection = await credentialOfPanel(this);
	const limit = connection.project.trim();
	if (limit !== '') return { results: [{ name: limit, value: limit }] };
	const found = await restApi(this, connection, REST_DEFAULTS, { requests: 0, retries: 0 }).projects();
	if (!found.ok) {
		const { failure } = found;
		const isEnough = connection.servingUrl.trim() !== '';
		const description = failure.description + (isEnough ? BY_NAME : '');
		throw nodeError(this.getNode(), { ...failure, description }, 0);
	}
	const wanted = filter.trim().toLowerCase();
	const names = found.value.map(({ name }) => name).filter((name) => name.toLowerCase().includes(wanted));
	const sorted = names.toSorted((one, other) => one.localeCompare(other));
	return { results: sorted.map((name) => ({ name, value: name })) };
}
