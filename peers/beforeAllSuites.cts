/** Jest's global set-up: a place for what the tests find. */
import { beginResults } from './results.cts';

export default function beforeAllSuites(): void {
	beginResults();
}
