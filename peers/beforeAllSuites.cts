/** Jest's global set-up: a place for what the tests find, and whether vLLM can be had, which they have to know before they run. */
import { beginResults } from './results.cts';
import { lookForVllm } from './vllmPackage.cts';

export default async function beforeAllSuites(): Promise<void> {
	beginResults();
	await lookForVllm();
}
