/** Jest's global tear-down: the report where it was asked for, and the end of the servers. */
import { isWriting } from '../tools/writing.cts';
import { writeResults } from './results.cts';
import { stopPeers } from './startPeers.cts';

export default async function afterAllSuites(): Promise<void> {
	if (isWriting) writeResults();
	await stopPeers();
}
