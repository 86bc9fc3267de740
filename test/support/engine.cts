/** Runs one node in n8n's own engine (n8n-core), inside the test process. */
import {
	Credentials,
	ExecutionLifecycleHooks,
	ExternalSecretsProxy,
	LoadOptionsContext,
	WorkflowExecute,
} from 'n8n-core';
import {
	deepCopy,
	ICredentialsHelper,
	NodeConnectionTypes,
	Workflow,
	type ExecutionError,
	type ICredentialDataDecryptedObject,
	type IConnections,
	type ICredentialType,
	type IDataObject,
	type IHttpRequestOptions,
	type INode,
	type INodeExecutionData,
	type INodeParameters,
	type INodeType,
	type INodeTypeDescription,
	type IRequestOptionsSimplified,
	type IRun,
	type ITaskMetadata,
	type IWorkflowExecuteAdditionalData,
	type NodeExecutionHint,
	type StructuredChunk,
	type WorkflowExecuteMode,
} from 'n8n-workflow';
import { HopsworksApi } from '../../credentials/HopsworksApi.credentials';
import { HopsworksModel } from '../../nodes/HopsworksModel/HopsworksModel.node.ts';

/** The credential that every run gets, as n8n hands it on. */
class TestCredentials extends ICredentialsHelper {
	constructor(
		private readonly type: ICredentialType,
		private readonly fields: ICredentialDataDecryptedObject,
		private readonly onRead?: () => void,
	) {
		super();
	}

	getParentTypes(): string[] {
		return [];
	}

	getCredentialsProperties(): [] {
		return [];
	}

	isCredentialUsableByNode(): boolean {
		return true;
	}

	async preAuthentication(): Promise<undefined> {
		return undefined;
	}

	async runPreAuthentication(): Promise<undefined> {
		return undefined;
	}

	async getDecrypted(): Promise<ICredentialDataDecryptedObject> {
		this.onRead?.();
		return this.fields;
	}

	async getCredentials(): Promise<Credentials> {
		return new Credentials({ id: null, name: '' }, '', '');
	}

	async updateCredentials(): Promise<void> {}

	async updateCredentialsOauthTokenData(): Promise<void> {}

	async authenticate(
		fields: ICredentialDataDecryptedObject,
		_type: string,
		request: IHttpRequestOptions | IRequestOptionsSimplified,
	): Promise<IHttpRequestOptions> {
		const { authenticate } = this.type;
		const url = 'url' in request && typeof request.url === 'string' ? request.url : '';
		if (typeof authenticate !== 'function') throw new Error('the credential has no authenticate');
		return await authenticate(fields, { ...request, url });
	}
}

function rowsNode(items: INodeExecutionData[]): INodeType {
	return {
		description: {
			displayName: 'Rows',
			name: 'rows',
			group: ['trigger'],
			version: 1,
			description: '',
			defaults: { name: 'Rows' },
			inputs: [],
			outputs: ['main'],
			properties: [],
		},
		execute: async () => [items],
	};
}

function refuse(): never {
	throw new Error('the test engine does not have this');
}

/** The variant of a node that n8n derives for AI agents, as far as its parameters see it; `more` is what else differs. */
export function asTool(node: INodeType, more: Partial<INodeTypeDescription> = {}): INodeType {
	const description = { ...deepCopy(node.description), ...more, name: `${node.description.name}Tool` };
	return new Proxy(node, {
		get: (target, name): unknown => (name === 'description' ? description : Reflect.get(target, name)),
	});
}

export interface RunOptions {
	parameters: INodeParameters;
	/** Items of the run, by their fields. */
	rows?: IDataObject[];
	/** The items themselves, where they hold more than fields. */
	items?: INodeExecutionData[];
	/** The credential's fields. */
	credential?: IDataObject;
	/** Settings of the node: onError, retryOnFail … */
	settings?: Partial<INode>;
	/** Runs the node as an AI agent's tool. */
	tool?: boolean;
	/** The node itself, if it is not Hopsworks Model. */
	node?: INodeType;
	/** What authenticates its requests, if it is not this package's credential. */
	credentialType?: ICredentialType;
	/** Cancels the run after so many milliseconds. */
	cancelAfter?: number;
	/** Runs as a workflow whose trigger streams; called for every chunk. */
	onChunk?: (chunk: StructuredChunk) => void;
	/** Called when the credential is read. */
	onCredentialRead?: () => void;
	/** Where the workflow keeps the files of its items; n8n's own choice unless set. */
	binaryMode?: 'separate' | 'combined';
	/** How the run began: in the editor, unless another is given. */
	mode?: WorkflowExecuteMode;
}

export interface RunResult {
	status: string;
	error?: ExecutionError;
	/** Items of the node's main output and of its error output. */
	success: INodeExecutionData[];
	failed: INodeExecutionData[];
	hints: NodeExecutionHint[];
	/** Milliseconds, as n8n times a node. */
	executionTime: number;
	/** What n8n keeps about the node's run, such as its tokens. */
	metadata?: ITaskMetadata;
}

/** A key in the documented form; it must turn up nowhere but in the Authorization header. */
export const API_KEY = 'PREFIX.SECRET';

/** A node of a workflow, whose id is its name. */
export function nodeNamed(name: string, type: string, more: Partial<INode> = {}): INode {
	return { id: name, name, type, typeVersion: 1, position: [0, 0], parameters: {}, ...more };
}

/** A workflow of one node behind its items. */
function behindItems(options: RunOptions): WorkflowOptions {
	const { parameters, rows = [{}], tool = false, settings = {}, node: model = new HopsworksModel() } = options;
	const items = options.items ?? rows.map((json) => ({ json }));
	const types: Record<string, INodeType> = {
		'test.rows': rowsNode(items),
		'test.model': model,
		'test.modelTool': asTool(model),
	};
	const nodes: INode[] = [
		nodeNamed('Rows', 'test.rows'),
		nodeNamed('Model', tool ? 'test.modelTool' : 'test.model', {
			parameters,
			credentials: { hopsworksApi: { id: '1', name: 'test' } },
			...settings,
		}),
	];
	const connections = { Rows: { main: [[{ node: 'Model', type: NodeConnectionTypes.Main, index: 0 }]] } };
	return { ...options, nodes, connections, types };
}

/** The context in which the panel asks a node for choices, such as the entries of a list. */
export function panelContext(options: RunOptions): LoadOptionsContext {
	const { workflow, additionalData } = setUp(behindItems(options));
	const node = workflow.getNode('Model') ?? refuse();
	// n8n gives it the parameters as they stand in the panel.
	return new LoadOptionsContext(workflow, node, { ...additionalData, currentNodeParameters: options.parameters }, '');
}

/** Runs a node, the model node unless another is given. */
export async function runModel(options: RunOptions): Promise<RunResult> {
	const run = await runWorkflow(behindItems(options));
	const { runData, error } = run.data.resultData;
	const task = runData.Model?.[0];
	const [success, failed] = task?.data?.main ?? [];
	return {
		status: run.status,
		error,
		success: success ?? [],
		failed: failed ?? [],
		hints: task?.hints ?? [],
		executionTime: task?.executionTime ?? NaN,
		metadata: task?.metadata,
	};
}

export interface WorkflowOptions extends Pick<
	RunOptions,
	'credential' | 'credentialType' | 'cancelAfter' | 'onChunk' | 'onCredentialRead' | 'binaryMode' | 'mode'
> {
	/** The first one is where the run starts. */
	nodes: INode[];
	connections: IConnections;
	/** What the nodes are, by their types. */
	types: Record<string, INodeType>;
	/** What n8n has kept of its nodes. */
	staticData?: IDataObject;
}

/** A workflow and what n8n's engine needs around it. */
export function setUp(options: WorkflowOptions): {
	workflow: Workflow;
	additionalData: IWorkflowExecuteAdditionalData;
} {
	const { nodes, connections, types, onChunk, credentialType = new HopsworksApi(), mode = 'manual' } = options;
	const credential = { apiKey: API_KEY, project: 'test', ...options.credential };
	const byName = (name: string): INodeType => types[name] ?? refuse();
	const workflow = new Workflow({
		id: 'w',
		nodes,
		connections,
		active: false,
		nodeTypes: { getByName: byName, getByNameAndVersion: byName, getKnownTypes: () => ({}) },
		settings: { executionOrder: 'v1', binaryMode: options.binaryMode },
		staticData: options.staticData,
	});
	const saved = { id: 'w', name: 'w', active: false, isArchived: false, createdAt: new Date(), updatedAt: new Date() };
	const additionalData: IWorkflowExecuteAdditionalData = {
		hooks: new ExecutionLifecycleHooks(mode, '1', { ...saved, nodes, connections, activeVersionId: null }),
		externalSecretsProxy: new ExternalSecretsProxy(),
		credentialsHelper: new TestCredentials(credentialType, credential, options.onCredentialRead),
		currentNodeExecutionIndex: 0,
		executionId: '1',
		variables: {},
		restApiUrl: '',
		instanceBaseUrl: 'http://localhost/',
		formBaseUrl: 'http://localhost/form',
		formWaitingBaseUrl: 'http://localhost/form-waiting',
		formTestBaseUrl: 'http://localhost/form-test',
		webhookBaseUrl: 'http://localhost/webhook',
		webhookWaitingBaseUrl: 'http://localhost/webhook-waiting',
		webhookTestBaseUrl: 'http://localhost/webhook-test',
		mcpBaseUrl: 'http://localhost/mcp',
		mcpTestBaseUrl: 'http://localhost/mcp-test',
		logAiEvent: () => {},
		executeWorkflow: refuse,
		getRunExecutionData: refuse,
		getRuntimeCredential: refuse,
		startRunnerTask: refuse,
	};
	if (onChunk) {
		additionalData.streamingEnabled = true;
		additionalData.hooks?.addHandler('sendChunk', onChunk);
	}
	return { workflow, additionalData };
}

/** Runs a workflow in n8n's engine. */
export async function runWorkflow(options: WorkflowOptions): Promise<IRun> {
	const { workflow, additionalData } = setUp(options);
	const running = new WorkflowExecute(additionalData, options.mode ?? 'manual').run({
		workflow,
		startNode: workflow.getNode(options.nodes[0]?.name ?? '') ?? refuse(),
	});
	if (options.cancelAfter !== undefined) setTimeout(() => running.cancel(), options.cancelAfter);
	return await running;
}
