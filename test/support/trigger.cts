/** A trigger in an n8n that is started, stopped and edited: n8n-core's own polls, and a memory kept as n8n keeps it. */
import { Container } from '@n8n/di';
import { PollContext, PollTriggerExecutor, WorkflowExecute } from 'n8n-core';
import {
	deepCopy,
	jsonParse,
	type IDataObject,
	type INodeExecutionData,
	type INodeParameters,
	type INodeType,
	type WorkflowActivateMode,
	type WorkflowExecuteMode,
} from 'n8n-workflow';
import { HopsworksTrigger } from '../../nodes/HopsworksTrigger/HopsworksTrigger.node.ts';
import { nodeNamed, setUp } from './engine.cts';

/** Parameters that every trigger has: n8n itself adds the times of its polls. */
const NAME = 'Trigger';

/** Of n8n's processes: each knows nothing of those before it. */
let processes = 0;

export interface TriggerOptions {
	parameters?: INodeParameters;
	/** The credential's fields. */
	credential: IDataObject;
}

export class PollingN8n {
	/** Items of every execution, one list each. */
	readonly executions: IDataObject[][] = [];
	/** What failed polls said. */
	readonly errors: Error[] = [];
	/** The workflow's row in the database, as far as nodes keep anything there. */
	private kept = '{}';
	private poll: ((isActivation?: boolean) => Promise<void>) | undefined;

	/** The node's id, which tells the node of one process from that of another. */
	private id = `trigger${++processes}`;

	constructor(private options: TriggerOptions) {}

	/** Every item, in its order. */
	get items(): IDataObject[] {
		return this.executions.flat();
	}

	/** The size of what n8n keeps of it. */
	get size(): number {
		return this.kept.length;
	}

	private workflow(mode: WorkflowExecuteMode): ReturnType<typeof setUp> {
		const node: INodeType = new HopsworksTrigger();
		const { parameters = {}, credential } = this.options;
		return setUp({
			nodes: [
				nodeNamed(NAME, 'test.trigger', {
					id: this.id,
					parameters,
					credentials: { hopsworksApi: { id: '1', name: 'test' } },
				}),
			],
			connections: {},
			types: { 'test.trigger': node },
			credential,
			mode,
			// Freshly read, as from a database.
			staticData: jsonParse<IDataObject>(this.kept),
		});
	}

	/** n8n begins to poll: at its start, or when a workflow is activated. Fails where the first poll does. */
	async start(activation: WorkflowActivateMode = 'init'): Promise<void> {
		const { workflow, additionalData } = this.workflow('trigger');
		const node = workflow.getNode(NAME);
		if (!node) throw new Error('no trigger');
		const save = (): void => {
			// n8n looks at this mark and at nothing else.
			if (workflow.staticData.__dataChanged !== true) return;
			this.kept = JSON.stringify(workflow.staticData);
			workflow.staticData.__dataChanged = false;
		};
		const emit = (data: INodeExecutionData[][]): void => {
			save();
			this.executions.push((data[0] ?? []).map(({ json }) => deepCopy(json)));
		};
		const context = new PollContext(workflow, node, additionalData, 'trigger', activation, emit, (error) => {
			this.errors.push(error);
		});
		this.poll = undefined;
		const poll = Container.get(PollTriggerExecutor).create(workflow, node, context, () => this.poll === poll);
		this.poll = poll;
		try {
			await poll(true);
		} catch (error) {
			this.poll = undefined;
			throw error;
		}
		save();
	}

	/** Polls as the schedule does: nobody waits for it unless told to. */
	async tick(): Promise<void> {
		await this.poll?.();
	}

	/** Ends without a word, as a process that is killed. */
	kill(): void {
		this.poll = undefined;
	}

	async restart(): Promise<void> {
		this.kill();
		this.id = `trigger${++processes}`;
		await this.start();
	}

	/** The user saves other fields, or another credential. */
	async edit(options: Partial<TriggerOptions>): Promise<void> {
		this.options = { ...this.options, ...options };
		this.kill();
		await this.start('update');
	}

	/** Runs the trigger by hand, in the editor. */
	async runByHand(): Promise<{ items: IDataObject[]; error?: Error }> {
		const { workflow, additionalData } = this.workflow('manual');
		const startNode = workflow.getNode(NAME);
		if (!startNode) throw new Error('no trigger');
		const run = await new WorkflowExecute(additionalData, 'manual').run({ workflow, startNode });
		const { runData, error } = run.data.resultData;
		const items = (runData[NAME]?.[0]?.data?.main?.[0] ?? []).map(({ json }) => json);
		return { items, ...(error && { error }) };
	}
}
