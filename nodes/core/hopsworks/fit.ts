/** Whether an operation can call a deployment at all, as its record tells: language models have other addresses than all other models. */
import { badInput, type Failed } from '../failure/outcome';
import { asText } from '../json/json';
import type { DeploymentRecord } from './deploymentRecord';
import type { Route } from './route';

/** vLLM serves nothing else, with a predictor script too. */
export function isLanguageModel({ modelServer }: DeploymentRecord): boolean {
	return modelServer === 'VLLM';
}

/** Whether it has a model that answers rows. A language model before vLLM came to Hopsworks may have a server of its own. */
function isModelOfRows({ modelServer, modelName, raw }: DeploymentRecord): boolean {
	if (modelServer === 'TENSORFLOW_SERVING') return true;
	// A deployment without a model, such as an agent, answers whatever its program does.
	return modelServer === 'PYTHON' && modelName !== '' && asText(raw.modelFramework).toUpperCase() !== 'LLM';
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
			"Pick a deployment on the model server vLLM, or call this one with the operation 'Predict' of the node Hopsworks Model. If it does answer such requests, choose 'By URL' in front of 'Deployment' and paste its address.",
		);
	}
	return undefined;
}
