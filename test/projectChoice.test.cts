/** Which project counts, what is refused, and what the panel offers to choose from. */
import type { IDataObject, INodeParameters } from 'n8n-workflow';
import { HopsworksModel } from '../nodes/HopsworksModel/HopsworksModel.node.ts';
import { API_KEY, panelContext, runModel, type RunResult } from './support/engine.cts';
import { firstValues } from './support/server.cts';
import { sharedServer } from './support/sharedServer.cts';
import { CARDS, chosen, startTwoProjects, type TwoProjects } from './support/twoProjects.cts';

/** A gateway that answers everything, whoever asks. */
const gateway = sharedServer(firstValues);

let two: TwoProjects;
beforeEach(async () => {
	two = await startTwoProjects();
});
afterEach(() => two.sandbox.close());

interface Ask {
	options?: INodeParameters;
	credential?: IDataObject;
	mode?: string;
	deployment?: string;
	rows?: IDataObject[];
	parameters?: INodeParameters;
}

function predict({ options = {}, credential, mode = 'name', deployment = 'fraud', rows, parameters }: Ask) {
	return runModel({
		credential: { hopsworksUrl: two.sandbox.url, project: '', ...credential },
		rows: rows ?? [{ amount: 900, age: 3, hour: 2 }],
		parameters: {
			operation: 'predict',
			deployment: { __rl: true, mode, value: deployment },
			columns: 'amount, age, hour',
			...parameters,
			options,
		},
	});
}

const predictions = ({ success }: RunResult): unknown[] => success.map(({ json }) => json.prediction);

describe('the credential’s project and the node’s', () => {
	test('the same one, with spaces around it, is no contradiction', async () => {
		const made = await predict({ options: chosen(' Card_Fraud '), credential: { project: 'Card_Fraud ' } });
		expect(predictions(made)).toEqual([0]);
	});

	test.each(['test', 'card_fraud'])(
		'%j beside another one is refused, naming both, and nothing is asked',
		async (name) => {
			const { error } = await predict({ options: chosen(CARDS.name), credential: { project: name } });
			expect(error?.message).toBe(
				`'Project' in the options is 'Card_Fraud', and the credential is for the project '${name}'`,
			);
			expect(error?.description).toContain("leave 'Project' in the credential empty");
			expect(two.sandbox.traffic).toMatchObject({ requests: 0, restApi: [] });
		},
	);

	test.each([
		['nothing chosen', {}],
		['an empty choice', chosen('')],
		['an expression without a value', chosen('={{ $json.none }}', 'name')],
	])('several and %s: the failure names the field, and the projects', async (_name, options) => {
		const { error } = await predict({ options });
		expect(error?.message).toBe("No project is chosen, and the API key's user is a member of several");
		expect(error?.description).toContain(
			"Add 'Project' to the options of the node, or fill in 'Project' in the credential",
		);
		expect(error?.description).toContain("'test', 'team_a', 'Card_Fraud'");
	});

	test('a name that Hopsworks does not know is no guess at a namespace, where there is a gateway too', async () => {
		const { error } = await predict({ options: chosen('Test', 'name'), credential: { servingUrl: gateway.url } });
		expect(error?.message).toContain('Hopsworks knows no such project');
		expect(gateway.requests).toEqual([]);
	});

	test('plain text in the place of the choice is a name', async () => {
		expect(predictions(await predict({ options: { project: CARDS.name } }))).toEqual([0]);
	});

	test.each([
		['nope', 'Hopsworks knows no such project', "are 'test', 'team_a', 'Card_Fraud'"],
		['TEST', 'Hopsworks knows no such project', "There is 'test': capital letters count"],
		['tea m&', 'Hopsworks knows no such project', "'Project' in the credential, or in the options"],
		['strangers', 'not a member of the project', 'Ask an owner'],
	])('%j cannot be called', async (name, message, description) => {
		const { error } = await predict({ options: chosen(name, 'name') });
		expect(error?.message).toContain(message);
		expect(error?.description).toContain(description);
		expect(two.sandbox.traffic.requests).toBe(0);
	});
});

describe('with a gateway alone', () => {
	const alone = (): IDataObject => ({ hopsworksUrl: '', servingUrl: gateway.url });
	const paths = (): string[] => gateway.requests.map(({ path }) => path.replace(/\/v1\/models.*/, ''));

	test('the namespace is what Kubernetes makes of the project that is chosen', async () => {
		await predict({ options: chosen(CARDS.name, 'name'), credential: alone() });
		expect(paths()).toEqual(['/v1/card-fraud/fraud']);
	});

	test('without a project the failure names where to choose it', async () => {
		const { error } = await predict({ credential: alone() });
		expect(error?.message).toBe('The project of the deployment is not known');
		expect(error?.description).toContain("or 'Project' or 'Namespace' in the options");
	});

	test('two projects whose namespaces would be the same are not taken for one', async () => {
		const rows = ['Card_Fraud', 'card-fraud'].map((project) => ({ amount: 1, age: 2, hour: 3, project }));
		const { error } = await predict({ rows, options: chosen('={{ $json.project }}', 'name'), credential: alone() });
		expect(error?.message).toBe(
			"The deployment 'fraud' of the project 'card-fraud' has the same address as that of 'Card_Fraud'",
		);
		expect(gateway.requests).toEqual([]);
	});

	test('nor are two that an option gives the same namespace', async () => {
		const rows = ['test', 'Card_Fraud'].map((project) => ({ amount: 1, age: 2, hour: 3, project }));
		const options = { ...chosen('={{ $json.project }}', 'name'), namespace: 'test' };
		expect((await predict({ rows, options })).error?.message).toContain('has the same address as that of');
	});
});

describe('a pasted URL', () => {
	test('needs no project: it has its own namespace', async () => {
		const made = await predict({ mode: 'url', deployment: `${two.sandbox.url}/v1/card-fraud/fraud` });
		expect(predictions(made)).toEqual([0]);
	});

	test('is not started, nor its schema read, in another project', async () => {
		const pasted = { mode: 'url', deployment: `${two.sandbox.url}/v1/card-fraud/payments` };
		const schema = { rows: 'schema', schemaColumns: { mappingMode: 'autoMapInputData', value: null } };
		const wrong = await predict({ ...pasted, options: chosen('test'), parameters: schema });
		expect(wrong.error?.message).toBe(
			"The deployment's URL is not in the project 'test', where a deployment 'payments' was found",
		);
		const rows = [{ cc_num: '4641025220953702', amount: 3, budget: 2, merchant_hint: 'x' }];
		const right = await predict({ ...pasted, rows, options: chosen(CARDS.name), parameters: schema });
		expect(right.error).toBeUndefined();
		const start = { ...chosen('test'), whenStopped: 'start' };
		expect((await predict({ ...pasted, options: start })).error?.message).toContain("is not in the project 'test'");
		expect(two.sandbox.traffic.restApi.some((call) => call.includes('action='))).toBe(false);
	});
});

describe('the panel', () => {
	const { listSearch, resourceMapping } = new HopsworksModel().methods;
	const panel = (options: INodeParameters | null, credential: IDataObject = {}) =>
		panelContext({
			parameters: {
				operation: 'predict',
				deployment: { __rl: true, mode: 'list', value: 'payments' },
				...(options && { options }),
			},
			credential: { hopsworksUrl: two.sandbox.url, project: '', ...credential },
		});
	const projects = async (filter?: string, credential?: IDataObject): Promise<unknown[]> =>
		(await listSearch.searchProjects.call(panel({}, credential), filter)).results.map(({ value }) => value);

	test('lists the projects of the key’s user, and searches them', async () => {
		expect(await projects()).toEqual(['Card_Fraud', 'team_a', 'test']);
		expect(await projects('FRAUD')).toEqual(['Card_Fraud']);
	});

	test('lists the credential’s project alone where it names one, and asks nobody', async () => {
		expect(await projects('x', { project: 'test ' })).toEqual(['test']);
		expect(two.sandbox.traffic.restApi).toEqual([]);
	});

	test.each([
		['a missing scope', { apiKey: 'NOPROJECT.SECRET' }, 'lacks the scope PROJECT', 'Add the scope PROJECT'],
		[
			'one beside a gateway',
			{ apiKey: 'NOPROJECT.SECRET', servingUrl: 'http://127.0.0.1' },
			'lacks the scope PROJECT',
			"choose 'By Name'",
		],
		[
			'a gateway alone',
			{ hopsworksUrl: '', servingUrl: 'http://127.0.0.1' },
			"'Hopsworks URL' in the credential is empty",
			"choose 'By Name'",
		],
		['a refused key', { apiKey: 'PREFIX.WRONG' }, 'The API key was refused', "'API Key'"],
	])('%s is an error that says what to do, never an empty list', async (_name, credential, message, description) => {
		const error: unknown = await projects('', credential).catch((caught: unknown) => caught);
		expect(error).toMatchObject({
			message: expect.stringContaining(message),
			description: expect.stringContaining(description),
		});
		expect(JSON.stringify(error)).not.toContain(API_KEY);
	});

	const deployments = async (options: INodeParameters | null, credential?: IDataObject): Promise<number> =>
		(await listSearch.searchDeployments.call(panel(options, credential))).results.length;

	test('lists the deployments of the project that is chosen', async () => {
		expect(await deployments(chosen('team_a'))).toBe(2);
		expect(await deployments(chosen(CARDS.name))).toBe(13);
	});

	test('without a choice, or with one that contradicts the credential, the list says so', async () => {
		await expect(deployments({})).rejects.toThrow('No project is chosen');
		await expect(deployments(null)).rejects.toThrow('No project is chosen');
		await expect(deployments(chosen('team_a'), { project: 'test' })).rejects.toThrow("is for the project 'test'");
		await expect(deployments(chosen('={{ $json.project }}'))).rejects.toThrow('has no value here');
	});

	test('offers the columns of the deployment in that project', async () => {
		const columns = async (options: INodeParameters) =>
			(await resourceMapping.getSchemaColumns.call(panel(options))).fields.length;
		expect(await columns(chosen(CARDS.name))).toBe(5);
		await expect(columns({})).rejects.toThrow('No project is chosen');
		expect(two.sandbox.traffic.restApi).toContain('GET /project/130/serving?name=payments');
	});
});
