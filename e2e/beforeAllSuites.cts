/** Jest's global set-up of these suites: n8n is installed before the first of them, however long that takes. */
import { installN8n } from '../tools/installation.cts';

export default async function beforeAllSuites(): Promise<void> {
	await installN8n(console.log);
}
