/** A sandbox whose key's user owns two projects with deployments of the same names, and what each of them was asked. */
import type { IDataObject, INodeParameters, INodeType } from 'n8n-workflow';
import type { Project } from '../../sandbox/designs.cts';
import type { Reply } from '../../sandbox/reply.cts';
import { startSandbox, type Sandbox } from '../../sandbox/sandbox.cts';
import { runModel, type RunResult } from './engine.cts';
import { textOf } from './json.cts';

/** Its namespace is what the gateway makes of its name, and not the name itself. */
export const CARDS = {
	id: 130,
	name: 'Card_Fraud',
	namespace: 'card-fraud',
	role: 'Data owner',
} as const satisfies Project;

export interface TwoProjects {
	sandbox: Sandbox;
	/** The project of each request to a deployment, in their order. */
	asked: string[];
}

/** The second project's model takes good payments for fraud, and fraud for good. */
function inverted(reply: Reply): Reply {
	const swapped = reply.body.replace(/"predictions":\s*\[([01, ]*)\]/, (whole, values: string) =>
		whole.replace(
			values,
			values.replace(/[01]/g, (value) => (value === '0' ? '1' : '0')),
		),
	);
	return { ...reply, body: swapped };
}

export async function startTwoProjects(): Promise<TwoProjects> {
	const sandbox = await startSandbox();
	const { cluster } = sandbox;
	Object.assign(cluster.settings.pace, { start: 0, stop: 0, wake: 0, route: 0 });
	const asked: string[] = [];
	const own = cluster.deployments.filter(({ project }) => project.name === 'test');
	cluster.projects.push(CARDS);
	for (const deployment of own) {
		const { active } = deployment.versions;
		const { answer } = active;
		const ofCards = cluster.build({ ...deployment, id: deployment.id + 1000, project: CARDS });
		ofCards.versions.active.answer = (call) => {
			asked.push(CARDS.name);
			return inverted(answer(call));
		};
		active.answer = (call) => {
			asked.push('test');
			return answer(call);
		};
		cluster.deployments.push(ofCards);
	}
	return { sandbox, asked };
}

/** The option as the editor keeps it. */
export function chosen(value: string, mode = 'list'): INodeParameters {
	return { project: { __rl: true, mode, value } };
}

interface Ask {
	rows?: IDataObject[];
	options?: INodeParameters;
	credential?: IDataObject;
	parameters?: INodeParameters;
	deployment?: string;
	mode?: string;
	node?: INodeType;
}

/** Predictions, unless another operation is given; without a project in the credential, unless one is given. */
export function runIn(
	two: TwoProjects,
	{ rows = [{}], options, credential, parameters, deployment = 'fraud', mode, node }: Ask,
): Promise<RunResult> {
	const file = Buffer.from('amount,age,hour\n900,3,2\n').toString('base64');
	return runModel({
		node,
		credential: { hopsworksUrl: two.sandbox.url, project: '', ...credential },
		items: rows.map((json) => ({
			json,
			binary: { data: { data: file, mimeType: 'text/csv', fileName: 'payments.csv' } },
		})),
		settings: { onError: 'continueErrorOutput' },
		parameters: {
			operation: 'predict',
			deployment: { __rl: true, mode: mode ?? 'name', value: deployment },
			columns: 'amount, age, hour',
			...parameters,
			options: options ?? {},
		},
	});
}

export const errorsIn = ({ failed }: RunResult): string[] => failed.map(({ json }) => textOf(json.error));
