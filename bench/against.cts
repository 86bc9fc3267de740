/** The node of this checkout beside that of another one, in one process and in turn: what a change costs or saves. */
import type { INodeExecutionData, INodeParameters } from 'n8n-workflow';
import { markdownTable } from '../e2e/report.cts';
import type { RunOptions } from '../test/support/engine.cts';
import { startBlockServer } from './blockServer.cts';
import { predict } from './blockTableCases.cts';
import { byNode } from './engineArms.cts';
import { inTurn, type Effort } from './inTurn.cts';
import { startModel } from './model.cts';
import { otherNodes } from './otherNodes.cts';
import type { Scored } from './script.cts';
import { longTable, table } from './table.cts';

const SMALL: Effort = { times: 15, warmUps: 40 };
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

/** Milliseconds of both, and how often the other's time this one takes. */
export async function against(folder: string, say: (line: string) => void): Promise<string> {
	const other = otherNodes(folder);
	const { model, url } = await startModel();
	const { child: server, url: hopsworks } = await startBlockServer();
	const at = (path: string): string => `${url}/${path}/v1/models/m:predict`;
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
	const all: Compared[] = [
		{ what: '10,000 rows, model of 5 ms + 0.02 ms a row', effort: SMALL, items: rows, url: at('5/20/number') },
		{ what: '10,000 rows, model that answers at once', effort: SMALL, items: rows, url: at('0/0/number') },
		{ what: '100,000 rows, the same', effort: LARGE, items: table(100_000), url: at('0/0/number') },
		{ what: '10,000 rows, all fields', effort: SMALL, items: rows, options: asked(predict({ rows: 'allFields' })) },
		{ what: '10,000 rows, by schema', effort: SMALL, items: rows, options: asked(predict(bySchema), true) },
		{ what: '10,000 rows with 64-bit numbers', effort: SMALL, items: longTable(10_000), url: at('0/0/long') },
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
	const lines: string[][] = [];
	try {
		for (const { what, effort, items, url: address = hopsworks, options } of all) {
			const arm = async (more: Partial<RunOptions>): Promise<Scored> => {
				const scored = await byNode(items, address, { ...options, ...more });
				if (scored.items.length !== items.length) throw new Error(`${what}: ${scored.items.length} items came out`);
				return scored;
			};
			const [own = NaN, others = NaN] = await inTurn([() => arm({}), () => arm(other)], effort);
			const cells = [what, `${own.toFixed(0)} ms`, `${others.toFixed(0)} ms`, `${(own / others).toFixed(2)} ×`];
			lines.push(cells);
			say(cells.join(' | '));
		}
	} finally {
		model.kill();
		server.kill();
	}
	return markdownTable(['', 'this checkout', 'the other one', 'this against the other'], lines);
}
