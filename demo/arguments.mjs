/** What can be asked of the demo, and how it is said. Plain JavaScript, because it is read before anything is installed. */
import util from 'node:util';

const DEFAULT_PORT = 5690;
const HIGHEST_PORT = 65_000;

export const HELP = `npm start -- [--once] [--port ${DEFAULT_PORT}] [--sandbox-port ${DEFAULT_PORT + 1}]

Starts a sandbox that stands in for Hopsworks, and a real n8n with this package, the credential and the example workflows in
place. Scores a table of 569 rows once, and leaves the editor open. Everything listens on 127.0.0.1 only.

  --once            ends after the run; the exit code is 0 where every row was scored
  --port            port of the editor: ${DEFAULT_PORT} unless given
  --sandbox-port    port of the sandbox: the one after the editor's unless given
  --help            says this, and does nothing

A demo on another port, or of another checkout, is one of its own: give it a --port, and it runs beside the first.`;

/** @param {string} text @param {string} option */
function readPort(text, option) {
	const port = Number(text);
	if (Number.isInteger(port) && port > 0 && port <= HIGHEST_PORT) return port;
	throw new Error(`--${option} is '${text}'. It must be a port, a whole number from 1 to ${HIGHEST_PORT}.`);
}

/**
 * Throws with a sentence where they cannot be read.
 * @param {string[]} args
 * @returns {import('./start.cts').Asked | 'help'}
 */
export function readArguments(args) {
	const { values } = util.parseArgs({
		args,
		options: {
			once: { type: 'boolean', default: false },
			port: { type: 'string', default: String(DEFAULT_PORT) },
			'sandbox-port': { type: 'string' },
			help: { type: 'boolean', short: 'h', default: false },
		},
	});
	if (values.help) return 'help';
	const port = readPort(values.port, 'port');
	const sandboxPort = readPort(values['sandbox-port'] ?? String(port + 1), 'sandbox-port');
	if (sandboxPort === port) throw new Error(`--port and --sandbox-port are both ${port}. They must differ.`);
	return { once: values.once, port, sandboxPort, defaultPort: DEFAULT_PORT };
}
