/** Where the demo keeps n8n's data between starts: outside the checkout, whose modules would win over n8n's own. */
import { createHash } from 'node:crypto';
import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { ROOT } from '../tools/root.cts';

const HASH_LENGTH = 8;

/** The folder of the system for what can be made anew. */
function cacheFolder(): string {
	const { XDG_CACHE_HOME: chosen = '' } = process.env;
	if (isAbsolute(chosen)) return chosen;
	return process.platform === 'darwin' ? join(homedir(), 'Library', 'Caches') : join(homedir(), '.cache');
}

/** One for each checkout and port, so that two that run side by side share nothing. */
export function homeOf(port: number, defaultPort: number): string {
	const checkout = createHash('sha256').update(ROOT).digest('hex').slice(0, HASH_LENGTH);
	const name = port === defaultPort ? checkout : `${checkout}-${port}`;
	return join(cacheFolder(), `n8n-nodes-hopsworks-demo-${name}`);
}
