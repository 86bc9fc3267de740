/** The ways of scoring a table in n8n that are compared, each as someone would draw it: what stands between table and end. */
import { chain, node, uses } from '../tools/workflowParts.cts';
import { COLUMNS, IN_FLIGHT, ROWS_PER_REQUEST } from './settings.cts';

export type Node = ReturnType<typeof node>;
type Connections = Record<string, object>;

export interface Arm {
	name: string;
	/** Who would do it so, for the report. */
	label: string;
	nodes: Node[];
	connections: Connections;
	/** The nodes that the table goes to, with the number of their input. */
	entries: Array<[name: string, input: number]>;
	last: string;
}

/** The table's node, and the one behind the arm. */
export const TABLE = 'CSV';
export const END = 'Out';
export const CREDENTIAL = 'benchModel';

const JSON_REPLY = { options: { response: { response: { responseFormat: 'json' } } } };
const MAP = `[${COLUMNS.map((column) => `+r.${column}`).join(', ')}]`;

const code = (id: string, name: string, jsCode: string): Node => node(id, name, 'n8n-nodes-base.code', 2, { jsCode });
const splitOut = (id: string, name: string, field: string, into?: string): Node =>
	node(id, name, 'n8n-nodes-base.splitOut', 1, {
		fieldToSplitOut: field,
		options: into === undefined ? {} : { destinationFieldName: into },
	});
const aggregate = (id: string): Node =>
	node(id, 'Aggregate', 'n8n-nodes-base.aggregate', 1, {
		aggregate: 'aggregateAllItemData',
		destinationFieldName: 'data',
	});
const merge = (id: string): Node =>
	node(id, 'Merge', 'n8n-nodes-base.merge', 3.2, { mode: 'combine', combineBy: 'combineByPosition', options: {} });
const httpRequest = (id: string, url: string, jsonBody: string, more: object = JSON_REPLY): Node =>
	node(id, 'HTTP Request', 'n8n-nodes-base.httpRequest', 4.5, {
		method: 'POST',
		url,
		sendBody: true,
		specifyBody: 'json',
		jsonBody,
		options: {},
		...more,
	});

function newcomer(url: string): Arm {
	const row = COLUMNS.map((column) => `{{ $json.${column} }}`).join(', ');
	return {
		name: 'newcomer',
		label: 'Newcomer: HTTP Request for each item',
		nodes: [httpRequest('4', url, `={ "instances": [[${row}]] }`, {})],
		connections: {},
		entries: [['HTTP Request', 0]],
		last: 'HTTP Request',
	};
}

function loop(url: string): Arm {
	return {
		name: 'loop',
		label: 'Skilled, no code: Loop Over Items, Aggregate, HTTP Request, Split Out, Merge',
		nodes: [
			node('4', 'Loop', 'n8n-nodes-base.splitInBatches', 3, { batchSize: ROWS_PER_REQUEST, options: {} }),
			aggregate('5'),
			httpRequest('6', url, `={{ JSON.stringify({ instances: $json.data.map(r => ${MAP}) }) }}`),
			splitOut('7', 'Predictions', 'predictions', 'prediction'),
			merge('8'),
		],
		connections: {
			Loop: {
				main: [[{ node: 'Merge', type: 'main', index: 1 }], [{ node: 'Aggregate', type: 'main', index: 0 }]],
			},
			...chain('Aggregate', 'HTTP Request', 'Predictions', 'Loop'),
		},
		entries: [
			['Merge', 0],
			['Loop', 0],
		],
		last: 'Merge',
	};
}

function chunk(url: string): Arm {
	const value = `={{ $json.data.map(r => ${MAP}).chunk(${ROWS_PER_REQUEST}).map(instances => ({ instances })) }}`;
	return {
		name: 'chunk',
		label: "Skilled, no code: Aggregate, Edit Fields with '.chunk', Split Out, HTTP Request, Split Out, Merge",
		nodes: [
			aggregate('4'),
			node('5', 'Chunk', 'n8n-nodes-base.set', 3.4, {
				assignments: { assignments: [{ id: 'a', name: 'chunk', type: 'array', value }] },
				options: {},
			}),
			splitOut('6', 'Chunks', 'chunk'),
			httpRequest('7', url, '={{ JSON.stringify({ instances: $json.instances }) }}'),
			splitOut('8', 'Predictions', 'predictions', 'prediction'),
			merge('9'),
		],
		connections: {
			...chain('Aggregate', 'Chunk', 'Chunks', 'HTTP Request', 'Predictions'),
			Predictions: { main: [[{ node: 'Merge', type: 'main', index: 1 }]] },
		},
		entries: [
			['Merge', 0],
			['Aggregate', 0],
		],
		last: 'Merge',
	};
}

/** With the body made in Code, or in an expression of HTTP Request; linked to the table's rows, or to the chunks. */
function expert(name: string, label: string, url: string, isBodyInCode: boolean, isLinked: boolean): Arm {
	const json = isBodyInCode ? '{ body: JSON.stringify({ instances }) }' : '{ instances }';
	const pairedItem = isLinked ? `{ item, sourceOverwrite: { previousNode: '${TABLE}' } }` : 'chunk';
	return {
		name,
		label,
		nodes: [
			code(
				'4',
				'Chunk',
				`const rows = $input.all().map(({ json: r }) => ${MAP});
const chunks = [];
for (let start = 0; start < rows.length; start += ${ROWS_PER_REQUEST}) {
  const instances = rows.slice(start, start + ${ROWS_PER_REQUEST});
  chunks.push({ json: ${json} });
}
return chunks;`,
			),
			httpRequest('5', url, isBodyInCode ? '={{ $json.body }}' : '={{ JSON.stringify($json) }}'),
			code(
				'6',
				'Unchunk',
				`const rows = $('${TABLE}').all();
const scored = [];
$input.all().forEach(({ json }, chunk) => json.predictions.forEach((prediction) => {
  const item = scored.length;
  scored.push({ json: { ...rows[item].json, prediction }, pairedItem: ${pairedItem} });
}));
return scored;`,
			),
		],
		connections: chain('Chunk', 'HTTP Request', 'Unchunk'),
		entries: [['Chunk', 0]],
		last: 'Unchunk',
	};
}

function ours(url: string): Arm {
	return {
		name: 'ours',
		label: 'Hopsworks Model',
		nodes: [
			node(
				'4',
				'Hopsworks Model',
				'n8n-nodes-hopsworks.hopsworksModel',
				1,
				{
					operation: 'predict',
					deployment: { __rl: true, mode: 'url', value: url },
					columns: COLUMNS.join(', '),
					options: { concurrency: IN_FLIGHT },
				},
				uses('hopsworksApi', CREDENTIAL),
			),
		],
		connections: {},
		entries: [['Hopsworks Model', 0]],
		last: 'Hopsworks Model',
	};
}

/** No scoring at all: what reading the table takes. */
function reading(): Arm {
	return {
		name: 'reading',
		label: 'Reading the table alone',
		nodes: [],
		connections: {},
		entries: [[END, 0]],
		last: '',
	};
}

/** The arms, asking a model at an address. */
export function armsAt(url: string): Arm[] {
	return [
		newcomer(url),
		loop(url),
		chunk(url),
		expert('expert', 'Expert: Code, HTTP Request, Code', url, false, false),
		expert('expertLinked', "Expert, with 'sourceOverwrite'", url, false, true),
		expert('expertBody', "Expert, with 'sourceOverwrite' and the body made in Code", url, true, true),
		ours(url),
		reading(),
	];
}

/** An arm whose node that sends has further settings. */
export function withSettings(arm: Arm, settings: object): Arm {
	const sends = ['HTTP Request', 'Hopsworks Model'];
	return { ...arm, nodes: arm.nodes.map((one) => (sends.includes(one.name) ? { ...one, ...settings } : one)) };
}
