/** Runs the sandbox in a process of its own and says how to use it: npm run sandbox -- --port 18080 --tls */
import { parseArgs } from 'node:util';
import { startSandbox } from './sandbox.cts';
import { usageOf } from './usage.cts';

const OPTIONS = {
	port: { type: 'string', default: '18080' },
	tls: { type: 'boolean', default: false },
	'tls-port': { type: 'string', default: '18443' },
} as const;

async function main(): Promise<void> {
	const { values } = parseArgs({ options: OPTIONS });
	const tlsPort = values.tls ? Number(values['tls-port']) : undefined;
	const sandbox = await startSandbox({ port: Number(values.port), tlsPort });
	console.log(usageOf(sandbox));
	const end = (): void => void sandbox.close().then(() => process.exit());
	process.on('SIGINT', end).on('SIGTERM', end);
}

main().catch((error: unknown) => {
	const isTaken = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
	console.error(isTaken ? 'That port is taken: choose another with --port, or --tls-port' : error);
	process.exitCode = 1;
});
