/** The node of this checkout beside that of another one, in one process and in turn: what a change costs or saves. */
import type { INodeExecutionData, INodeParameters } from 'n8n-workflow';
import { HopsworksApi } from '../credentials/HopsworksApi.credentials.ts';
import { HopsworksModel } from '../nodes/HopsworksModel/HopsworksModel.node.ts';
import type { RunOptions } from '../test/support/engine.cts';
import { startModel } from '../tools/firstValueModel.cts';
import { markdownTable } from '../tools/markdownTable.cts';
import { BlockProbe } from './blockProbe.cts';
import { startBlockServer } from './blockServer.cts';
import { predict } from './blockTableCases.cts';
import { collect } from './collect.cts';
import { byNode } from './engineArms.cts';
import { inTurn, type Effort } from './inTurn.cts';
import { median } from './median.cts';
import { otherNodes, type Nodes } from './otherNodes.cts';
import type { Scored } from './script.cts';
import { longTable, table } from './table.cts';

const SMALL: Effort = { times: 21, warmUps: 40 };
const LARGE: Effort = { times: 9, warmUps: 5 };
const CHATS = 200;

interface Compared {
	what: string;
	effort: Effort;
	items: INodeExecutionData[];
	/** The address of the deployment, or else what is asked of a server that has the REST API too. */
	url?: string;
	options?: Partial<RunOptions>;
}

const NUMBERS = ['this checkout', 'the other', 'ratio'];

function compared([own = NaN, other = NaN]: number[]): string[] {
	return [`${own.toFixed(0)} ms`, `${other.toFixed(0)} ms`, `${(own / other).toFixed(2)} ×`];
}

/** What both do, by the addresses of the model and of the server that has the REST API too. */
function comparisons(url: string, hopsworks: string): Compared[] {
	const at = (path: string): string => `${url}/v1/${path}/v1/models/m:predict`;
	const asked = (parameters: INodeParameters, asksHopsworks = false): Partial<RunOptions> => ({
		credential: { servingUrl: hopsworks, ...(asksHopsworks && { hopsworksUrl: hopsworks }) },
		parameters,
	});
	const rows = table(10_000);
	const texts = rows.map(({ json }) => ({ json: { text: `payment ${String(json.amount)} of the day` } }));
	const deployment = (value: string): INodeParameters => ({
		deployment: { __rl: true, mode: 'name', value },
	});
	const bySchema = { rows: 'schema', schemaColumns: { mappingMode: 'autoMapInputData', value: null } };
	return [
		{ what: '10,000 rows, model of 5 ms + 0.02 ms a row', effort: SMALL, items: rows, url: at('5-20/number') },
		{ what: '10,000 rows, model that answers at once', effort: SMALL, items: rows, url: at('0-0/number') },
		{ what: '100,000 rows, the same', effort: LARGE, items: table(100_000), url: at('0-0/number') },
		{ what: '10,000 rows, all fields', effort: SMALL, items: rows, options: asked(predict({ rows: 'allFields' })) },
		{ what: '10,000 rows, by schema', effort: SMALL, items: rows, options: asked(predict(bySchema), true) },
		{ what: '10,000 rows with 64-bit numbers', effort: SMALL, items: longTable(10_000), url: at('0-0/long') },
		{
			what: '10,000 texts embedded, 384 numbers each, 100 a request',
			effort: LARGE,
			items: texts,
			options: asked({ operation: 'embed', ...deployment('embeds'), text: '={{ $json.text }}' }),
		},
		{
			what: `${CHATS} chats, model that answers at once`,
			effort: SMALL,
			items: table(CHATS),
			options: asked({ operation: 'chat', ...deployment('answer'), prompt: '=prompt {{ $json.id }}' }),
		},
	];
}

/**
 * Median times of both, as n8n times a node, and the processor time in them: on a machine that does other things too, only
 * the latter can be trusted.
 */
export async function against(folder: string, say: (line: string) => void): Promise<string> {
	const own = { node: new HopsworksModel(), credentialType: new HopsworksApi() };
	const other = otherNodes(folder);
	const { model, url } = await startModel();
	const { server, url: hopsworks } = await startBlockServer();
	const lines: string[][] = [];
	try {
		for (const { what, effort, items, url: address = hopsworks, options } of comparisons(url, hopsworks)) {
			const processor: Record<'own' | 'other', number[]> = { own: [], other: [] };
			const arm = async ({ node, credentialType }: Nodes, times: number[]): Promise<Scored> => {
				collect();
				const probe = new BlockProbe();
				const scored = await byNode(items, address, { ...options, node: probe.watch(node), credentialType });
				if (scored.items.length !== items.length) throw new Error(`${what}: ${scored.items.length} items came out`);
				times.push((await probe.result()).processor);
				return scored;
			};
			const times = await inTurn([() => arm(own, processor.own), () => arm(other, processor.other)], effort);
			const busy = [processor.own, processor.other].map((all) => median(all.slice(effort.warmUps)));
			const cells = [what, ...compared(times), ...compared(busy)];
			lines.push(cells);
			say(cells.join(' | '));
		}
	} finally {
		await model.end();
		await server.end();
	}
	return markdownTable(['', ...NUMBERS, ...NUMBERS.map((name) => `processor: ${name}`)], lines);
}
