/**
 * The same tarball in an old n8n 1, an early n8n 2 and the newest one: `npm run test:versions`. Each comes with its own Node in
 * its own folder. It fails where a version cannot do what docs/install.md says it can. `-- --only n8n-1` tries the one of that
 * folder; `-- --write` writes docs/reports/versions.md.
 */
import { randomUUID } from 'node:crypto';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startSandbox, type Sandbox } from '../sandbox/sandbox.cts';
import { AGENT, CHAT, CSV_FILE, NIGHTLY, readExamples, sandboxCredential } from '../tools/examples.cts';
import { EARLY_2, type Installation, LAST_1, NEWEST } from '../tools/installation.cts';
import { markdownTable } from '../tools/markdownTable.cts';
import { pack } from '../tools/pack.cts';
import { PlainError } from '../tools/plainError.cts';
import { writeReport } from '../tools/report.cts';
import { freePorts, WholeN8n, type NodeRun } from '../tools/wholeN8n.cts';
import { chain, node, to } from '../tools/workflowParts.cts';
import { authorityCredential, authorityWorkflow, overOwnAuthority } from './ownAuthority.cts';
import { retrievalWorkflow } from './retrievalWorkflow.cts';

const ROWS = 569;

/** The versions, and what is known to be missing in each. */
const VERSIONS: Array<{ installation: Installation; folder: string; lacks: string[] }> = [
	{ installation: LAST_1, folder: 'n8n-1', lacks: ['chatModel', 'authority'] },
	{ installation: EARLY_2, folder: 'n8n-early-2', lacks: ['chatModel', 'authority'] },
	{ installation: NEWEST, folder: 'n8n', lacks: [] },
];

type Runs = Record<string, NodeRun>;
interface Check {
	name: string;
	what: string;
	run: (n8n: WholeN8n) => Promise<boolean>;
}

const AGENT_RUN = 'agentOfVersions1';
const RETRIEVAL_RUN = 'retrievalOfVersions';

const scored = ({ items = [] }: Partial<NodeRun> = {}): number =>
	items.filter(({ json }) => /^(malignant|benign)$/.test(String(json.prediction))).length;

const checks: Check[] = [
	{
		name: 'predict',
		what: `Predict: ${ROWS} rows from a CSV file, every one scored and linked`,
		async run(n8n) {
			const { Rows: rows, 'Hopsworks Model': model }: Runs = await n8n.execute(CSV_FILE);
			const isLinked = model?.items.every(({ json }, row) => json.patient === rows?.items[row]?.json.patient);
			return scored(model) === ROWS && isLinked === true;
		},
	},
	{
		name: 'chat',
		what: 'Chat: a list of prompts',
		async run(n8n) {
			const { Team: team }: Runs = await n8n.execute(CHAT);
			return team?.items.length === 12;
		},
	},
	{
		name: 'deployment',
		what: 'Hopsworks Deployment: start, score, stop',
		async run(n8n) {
			const nodes: Runs = await n8n.execute(NIGHTLY);
			const rows = nodes.Rows?.items.length ?? 0;
			const isStopped = nodes['Stop the Deployment']?.items[0]?.json.status === 'Stopped';
			return rows > 0 && scored(nodes['Hopsworks Model']) === rows && isStopped;
		},
	},
	{
		name: 'stores',
		what: 'Hopsworks Embeddings and Hopsworks Reranker in a vector store, and Rerank',
		async run(n8n) {
			const { Load: loaded, Rank: ranked }: Runs = await n8n.execute(RETRIEVAL_RUN);
			const hasScores = loaded?.items.every(({ json }) => typeof json.score === 'number');
			const ranks = new Set(ranked?.items.map(({ json }) => json.rank));
			return loaded?.items.length === 20 && hasScores === true && ranks.size === 250;
		},
	},
	{
		name: 'authority',
		what: "'CA Certificate' for a cluster with an authority of its own",
		run: async (n8n) => (await overOwnAuthority(n8n)).prediction !== undefined,
	},
	{
		name: 'authorityTold',
		what: '… or the message that this n8n is too old for it',
		async run(n8n) {
			const { prediction, error } = await overOwnAuthority(n8n);
			return prediction !== undefined || String(error).includes("this n8n is too old for 'CA Certificate'");
		},
	},
	{
		name: 'chatModel',
		what: 'Hopsworks Chat Model under an AI agent',
		async run(n8n) {
			const { 'AI Agent': agent }: Runs = await n8n.execute(AGENT_RUN);
			return String(agent?.items[0]?.json.output).includes('This is the sandbox');
		},
	},
];

/** The agent of the example, behind a trigger that a command can pull. */
function agentWorkflow(sandbox: Sandbox): object {
	const example = readExamples(sandbox.url).find(({ id }) => id === AGENT);
	const model = example?.nodes.find(({ name }) => name === 'Hopsworks Chat Model');
	return {
		id: AGENT_RUN,
		name: 'Agent',
		active: false,
		settings: { executionOrder: 'v1' },
		nodes: [
			node('1', 'Start', 'n8n-nodes-base.manualTrigger', 1, {}),
			node('2', 'AI Agent', '@n8n/n8n-nodes-langchain.agent', 2, { promptType: 'define', text: 'Say hello' }),
			{ ...model },
		],
		connections: { ...chain('Start', 'AI Agent'), 'Hopsworks Chat Model': to('AI Agent', 'ai_languageModel') },
	};
}

async function main(): Promise<void> {
	const { values } = parseArgs({
		options: { write: { type: 'boolean', default: false }, only: { type: 'string' } },
	});
	const tried = VERSIONS.filter(({ folder }) => values.only === undefined || folder === values.only);
	if (tried.length === 0) {
		throw new PlainError(`'--only' takes one of ${VERSIONS.map(({ folder }) => folder).join(', ')}`);
	}
	if (values.write && values.only !== undefined) {
		throw new PlainError("'--write' writes the whole report, so it goes without '--only'");
	}
	const folder = mkdtempSync(join(tmpdir(), 'versions-'));
	const sandbox = await startSandbox();
	// With a certificate that it made for itself, which is its own authority.
	const secure = await startSandbox({ tlsPort: 0 });
	const { url: secureUrl = '', certificate = '' } = secure.tls ?? {};
	const tarball = await pack(join(folder, 'package'));
	const lines: string[][] = [];
	let asSaid = true;
	try {
		for (const { installation, folder: name, lacks } of tried) {
			await installation.install(console.log);
			const n8n = new WholeN8n({
				userFolder: join(folder, name),
				...(await freePorts()),
				installation,
				// The part that the other engine stands on cannot be built on Node 20.
				environment: installation === LAST_1 ? { N8N_EXPRESSION_ENGINE: 'legacy' } : {},
			});
			await n8n.addPackage(tarball);
			await n8n.importAll('credentials', [sandboxCredential(sandbox.url), authorityCredential(secureUrl, certificate)]);
			// Early versions of n8n 2 import no workflow without one.
			const size = { documents: 250, found: 40, credentialId: 'hopsworksSandbox' };
			const retrieval = retrievalWorkflow(RETRIEVAL_RUN, 'vectorStoreInMemory', size);
			const workflows = [...readExamples(sandbox.url), agentWorkflow(sandbox), retrieval, authorityWorkflow()];
			await n8n.importAll(
				'workflow',
				workflows.map((workflow) => ({ ...workflow, versionId: randomUUID() })),
			);
			const label = `n8n ${installation.version}, Node ${await installation.nodeVersion()}`;
			const cells: string[] = [];
			for (const check of checks) {
				// n8n would find the SDK of this checkout, which no user's n8n has.
				if (check.name === 'chatModel' && !existsSync(join(__dirname, name, 'node_modules', '@n8n', 'ai-node-sdk'))) {
					cells.push("– (n8n's AI node SDK is not in it)");
					asSaid &&= lacks.includes(check.name);
					continue;
				}
				const works = await check.run(n8n).catch((error: unknown) => {
					if (!lacks.includes(check.name)) console.error(String(error).slice(-3000));
					return false;
				});
				asSaid &&= works !== lacks.includes(check.name);
				cells.push(works ? 'works' : '–');
			}
			lines.push([label, ...cells]);
			console.log(lines.at(-1)?.join(' | '));
		}
	} finally {
		await sandbox.close();
		await secure.close();
		rmSync(folder, { recursive: true, force: true });
	}
	const table = markdownTable(['', ...checks.map(({ what }) => what)], lines);
	console.log(`\n${table}`);
	if (values.write) {
		const facts = { Command: '`npm run test:versions -- --write`' };
		writeReport('versions', 'Old and new n8n', facts, `One tarball in each.\n\n${table}`);
	}
	process.exit(asSaid ? 0 : 1);
}

main().catch((error: unknown) => {
	console.error(error instanceof PlainError ? error.message : error);
	process.exit(1);
});
