/** Workflows that the tests make for themselves. */
import { chain, node, uses } from '../tools/workflowParts.cts';

export const PICKING = 'pickADeployment1';

/**
 * 1,000 payments, scored as `model` says, or not at all yet. Every other one looks like fraud, by its account and hour as by the
 * check digit of its card. The first `unreadable` have no card number.
 */
export function paymentsWorkflow(
	id: string,
	model?: { credentialId: string; [parameter: string]: unknown },
	unreadable = 0,
) {
	const jsCode = `return Array.from({ length: 1000 }, (_, id) => ({
  json: {
    payment: 'P' + (id + 1), amount: id / 4, age: id % 2 ? 400 : 3, hour: id % 2 ? 14 : 2,
    card: id < ${unreadable} ? 'unknown' : id % 2 ? 18 : 17
  }
}));`;
	const { credentialId = '', ...parameters } = model ?? {};
	const table = [
		node('0', 'Start', 'n8n-nodes-base.manualTrigger', 1, {}),
		node('1', 'Payments', 'n8n-nodes-base.code', 2, { jsCode }),
	];
	const scoring = node(
		'2',
		'Hopsworks Model',
		'n8n-nodes-hopsworks.hopsworksModel',
		1,
		{ operation: 'predict', ...parameters },
		uses('hopsworksApi', credentialId),
	);
	const nodes = model ? [...table, scoring] : table;
	return {
		id,
		name: 'Payments',
		active: false,
		settings: { executionOrder: 'v1' },
		nodes,
		connections: chain(...nodes.map(({ name }) => name)),
	};
}

/** A chat whose answers the node itself streams. */
export function streamingChat(id: string) {
	const nodes = [
		node(
			'1',
			'When Asked',
			'@n8n/n8n-nodes-langchain.chatTrigger',
			1.3,
			{ options: { responseMode: 'streaming' } },
			{ webhookId: id },
		),
		node(
			'2',
			'Hopsworks Model',
			'n8n-nodes-hopsworks.hopsworksModel',
			1,
			{
				operation: 'chat',
				deployment: { __rl: true, mode: 'name', value: 'assistant' },
				prompt: '={{ $json.chatInput }}',
			},
			uses('hopsworksApi', 'hopsworksSandbox'),
		),
	];
	return {
		id,
		name: 'Chat',
		active: false,
		settings: { executionOrder: 'v1' },
		nodes,
		connections: chain('When Asked', 'Hopsworks Model'),
	};
}

/** A deployment as the list leaves it in a workflow; '' is one that is yet to be picked. */
export function picked(deployment: string): object {
	return { __rl: true, mode: 'list', value: deployment };
}

/** A deployment that is rolled back by one version. */
export function rollbackWorkflow(id: string, credentialId: string) {
	const nodes = [
		node('0', 'Start', 'n8n-nodes-base.manualTrigger', 1, {}),
		node(
			'1',
			'Roll Back',
			'n8n-nodes-hopsworks.hopsworksDeployment',
			1,
			{ operation: 'rollBack', deployment: picked('tumor') },
			uses('hopsworksApi', credentialId),
		),
	];
	return {
		id,
		name: 'Roll Back',
		active: false,
		settings: { executionOrder: 'v1' },
		nodes,
		connections: chain('Start', 'Roll Back'),
	};
}

/** A CSV file scored, and behind it a node that looks up the source of each row. */
export function tableWorkflow(id: string, file: string, credentialId: string) {
	const parameters = {
		operation: 'predict',
		deployment: { __rl: true, mode: 'name', value: 'fraud' },
		columns: 'id, amount, age, hour',
	};
	const source = { id: 'a', name: 'source', value: "={{ $('Rows').item.json.id }}", type: 'string' };
	const nodes = [
		node('1', 'Start', 'n8n-nodes-base.manualTrigger', 1, {}),
		node('2', 'File', 'n8n-nodes-base.readWriteFile', 1.1, { fileSelector: file }),
		node('3', 'Rows', 'n8n-nodes-base.extractFromFile', 1.1, { operation: 'csv' }),
		node('4', 'Model', 'n8n-nodes-hopsworks.hopsworksModel', 1, parameters, uses('hopsworksApi', credentialId)),
		node('5', 'Linked', 'n8n-nodes-base.set', 3.4, {
			assignments: { assignments: [source] },
			includeOtherFields: true,
		}),
	];
	return {
		id,
		name: 'Table',
		active: false,
		settings: { executionOrder: 'v1' },
		nodes,
		connections: chain(...nodes.map(({ name }) => name)),
	};
}

/** A file of a disk scored, and what comes out of it written to a folder: `scored`, and `failed` where there is one. */
export function fileWorkflow(
	id: string,
	{
		file,
		folder,
		credentialId,
		...parameters
	}: { file: string; folder: string; credentialId: string; [parameter: string]: unknown },
) {
	const model = {
		operation: 'predictFile',
		deployment: { __rl: true, mode: 'name', value: 'fraud' },
		columns: 'id, amount',
		...parameters,
	};
	const write = (field: string, fileName: string) => ({ operation: 'write', dataPropertyName: field, fileName });
	const nodes = [
		node('1', 'Start', 'n8n-nodes-base.manualTrigger', 1, {}),
		node('2', 'File', 'n8n-nodes-base.readWriteFile', 1.1, { fileSelector: file }),
		node('3', 'Model', 'n8n-nodes-hopsworks.hopsworksModel', 1, model, uses('hopsworksApi', credentialId)),
		node('4', 'Scored', 'n8n-nodes-base.readWriteFile', 1.1, write('data', `${folder}/scored`)),
		node('5', 'Failed', 'n8n-nodes-base.readWriteFile', 1.1, write('failed', `${folder}/failed`), {
			onError: 'continueRegularOutput',
		}),
	];
	return {
		id,
		name: 'File',
		active: false,
		settings: { executionOrder: 'v1' },
		nodes,
		connections: chain(...nodes.map(({ name }) => name)),
	};
}

export const WALK = 'firstFiveMinutes';

/** Amounts in euros, ages of accounts in days, hours of the day. */
export const PAYMENTS = [
	[1250, 3, 2],
	[12.5, 400, 14],
	[80, 1200, 9],
	[990, 12, 23],
	[5.2, 90, 17],
	[2400, 1, 4],
	[33, 700, 12],
	[640, 15, 1],
	[18.9, 45, 20],
	[75, 310, 8],
].map(([amount, age, hour], row) => ({ payment: `P${row + 1}`, amount, age, hour }));

/** These payments, and nothing behind them yet. */
export function walkWorkflow() {
	const nodes = [
		node('0', 'Start', 'n8n-nodes-base.manualTrigger', 1, {}),
		node('1', 'Payments', 'n8n-nodes-base.code', 2, {
			jsCode: `return ${JSON.stringify(PAYMENTS)}.map((json) => ({ json }));`,
		}),
	];
	return {
		id: WALK,
		name: 'First Five Minutes',
		active: false,
		settings: { executionOrder: 'v1' },
		nodes,
		connections: chain('Start', 'Payments'),
	};
}
