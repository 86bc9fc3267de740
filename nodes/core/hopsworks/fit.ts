/** Whether an operation can call a deployment at all, as its record tells: language models have other addresses than all other models. */
import { badInput, type Failed } from '../failure/outcome';
import { asText } from '../json/json';
import type { DeploymentRecord } from './deploymentRecord';
import type { Route } from './route';

/** vLLM serves nothing else, with a predictor script too. */
export function isLanguageModel({ modelServer }: DeploymentRecord): boolean {
	return modelServer === 'VLLM';
}

/** Frameworks whose models answer rows. One of PyTorch or plain Python may be anything, behind a server of the user's own. */
const OF_ROWS = new Set(['SKLEARN', 'TENSORFLOW']);

function isModelOfRows({ modelServer, modelName, raw }: DeploymentRecord): boolean {
	if (modelServer === 'TENSORFLOW_SERVING') return true;
	// A deployment without a model, such as an agent, answers whatever its program does.
	return modelServer === 'PYTHON' && modelName !== '' && OF_ROWS.has(asText(raw.modelFramework).toUpperCase());
}

/** The failure of an operation that a deployment certainly does not answer; undefined where it may. */
export function misfit(record: DeploymentRecord, { name, isOfLanguage }: Route): Failed | undefined {
	if (!isOfLanguage && isLanguageModel(record)) {
		return badInput(
			`The deployment '${record.name}' is a language model, which ${name} does not call`,
			"Set 'Operation' to 'Chat', or to 'Embed' for an embedding model; or pick another deployment.",
		);
	}
	if (isOfLanguage && isModelOfRows(record)) {
		return badInput(
			`The deployment '${record.name}' is no language model, which ${name} needs`,
			"Pick a deployment on the model server vLLM, or call this one with the operation 'Predict' of the node Hopsworks Model.",
		);
	}
	return undefined;
}
