/** Jest's global tear-down: the report where it was asked for. */
import { isWriting } from '../tools/writing.cts';
import { endResults, writeResults } from './results.cts';

export default function afterAllSuites(): void {
	if (isWriting) writeResults();
	endResults();
}
