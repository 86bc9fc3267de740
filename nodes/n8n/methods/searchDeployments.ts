/** The list behind the locator: the deployments of the project that is chosen, as the editor offers them. */
import type { ILoadOptionsFunctions, INodeListSearchItems, INodeListSearchResult } from 'n8n-workflow';
import { isReady, type DeploymentRecord } from '../../core/hopsworks/deploymentRecord';
import { isLanguageModel } from '../../core/hopsworks/fit';
import { nodeError } from '../errors';
import type { Operations } from '../operation';
import { connectionOfPanel } from '../projectChoice';
import { REST_DEFAULTS, restApi } from '../restApi';

const SERVERS: Record<string, string> = {
	PYTHON: 'Python',
	TENSORFLOW_SERVING: 'TensorFlow Serving',
	VLLM: 'vLLM',
};

/** What is known of a deployment beside its name. */
function factsOf({ state, modelServer, isGrpc }: DeploymentRecord): string {
	const server = SERVERS[modelServer] ?? modelServer;
	return [state, server, isGrpc ? 'gRPC only, not usable' : ''].filter(Boolean).join(', ');
}

/**
 * An entry of the list. Its name is what n8n keeps in the workflow and shows there from then on, so no state stands in it,
 * which would be that of long ago. The description is not on the screen; n8n's own builder of workflows reads it.
 */
function entryOf(record: DeploymentRecord): INodeListSearchItems {
	const { name, description } = record;
	return { name, value: name, description: [factsOf(record), description].filter(Boolean).join('. ') };
}

type Search = (this: ILoadOptionsFunctions, filter?: string) => Promise<INodeListSearchResult>;

/** Where a deployment stands in the list: those of the lowest number come first. */
type Rank = (record: DeploymentRecord) => number;

/** No operation calls one that answers gRPC alone. */
const NOT_USABLE = 4;

/**
 * A search of the project's deployments for the locator's list. What is typed may be a part of the name, the state or the
 * model server. A refused key is an error in the panel, never an empty list.
 */
function deploymentSearch(rankFor: (operation: unknown) => Rank): Search {
	return async function (filter = '') {
		const connection = await connectionOfPanel(this);
		const found = await restApi(this, connection, REST_DEFAULTS, { requests: 0, retries: 0 }).deployments();
		if (!found.ok) throw nodeError(this.getNode(), found.failure, 0);
		const rankOf = rankFor(this.getCurrentNodeParameter('operation'));
		const rank: Rank = (record) => (record.isGrpc ? NOT_USABLE : rankOf(record));
		const wanted = filter.trim().toLowerCase();
		const results = found.value
			.toSorted((one, other) => rank(one) - rank(other))
			.filter((record) => `${record.name} (${factsOf(record)})`.toLowerCase().includes(wanted))
			.map(entryOf);
		return { results };
	};
}

/** First those that are called, and of these the ones that answer now. */
function rankToCall(suits: (record: DeploymentRecord) => boolean): Rank {
	return (record) => 2 * Number(!suits(record)) + Number(!isReady(record.state));
}

/**
 * The search for a node with operations. Where some of them need language models, the others call all but those; a node
 * without such operations calls none, and its list is in the order of the names.
 */
export function deploymentSearchFor(operations: Operations): Search {
	const isDivided = operations.some(({ modelServer }) => modelServer !== undefined);
	return deploymentSearch((chosen) => {
		const needsLanguage = operations.find(({ value }) => value === chosen)?.modelServer !== undefined;
		return isDivided ? rankToCall((record) => isLanguageModel(record) === needsLanguage) : () => 0;
	});
}

/** The search for a node that calls language models alone. */
export const searchLanguageModels = deploymentSearch(() => rankToCall(isLanguageModel));
