/** Replies that are hard to read, and what the node makes of each. */
import type { INodeParameters } from 'n8n-workflow';
import { inPanel } from '../test/support/chat.cts';
import type { RunOptions } from '../test/support/engine.cts';
import type { BlockCase } from './blockCases.cts';
import type { SameRequest } from './blockControl.cts';
import { deploymentOf, type Content } from './blockReplies.cts';
import { COLONS } from './blockServer.cts';
import { predict } from './blockTableCases.cts';

/** Milliseconds, for replies that fail; for the others. */
const FAILED = 50;
const READ = 100;

/** Two rows, so that a reply of one prediction, or of thousands, is one of a wrong number. */
const TWO_ROWS = [{ amount: 1 }, { amount: 2 }];

function predictFrom(deployment: string, rows = TWO_ROWS): { run: BlockCase['run']; same: SameRequest } {
	return {
		run: (url) => ({
			rows,
			credential: { servingUrl: url },
			parameters: predict({ columns: 'amount' }, deployment),
		}),
		same: {
			path: `/v1/test/${deployment}/v1/models/${deployment}:predict`,
			body: JSON.stringify({ inputs: rows.map(({ amount }) => [amount]) }),
		},
	};
}

interface Asked {
	options?: INodeParameters;
	isStream?: boolean;
}

function chatFrom(
	deployment: string,
	{ options = {}, isStream }: Asked = {},
): { run: BlockCase['run']; same: SameRequest } {
	const parameters = {
		operation: 'chat',
		deployment: { __rl: true, mode: 'name', value: deployment },
		prompt: 'Hi',
		...inPanel(options),
	};
	return {
		run: (url): RunOptions => ({
			credential: { servingUrl: url },
			parameters,
			...(isStream && { onChunk: () => {} }),
		}),
		same: { path: `/v1/test/${deployment}/v1/chat/completions`, body: '{"messages":[]}', isStream },
	};
}

const labels: Array<[Content, string]> = [
	['numbers', 'a list of numbers'],
	['longs', 'a list of 64-bit numbers'],
	['objects', 'a list of objects'],
	['keys', 'an object of 700,000 keys'],
	['brackets', 'opening brackets'],
	['text', 'one text'],
	['cut', 'a list of numbers, no JSON at its very end'],
];

/** A schema in which both variants of a node lead to every child: all ways through it are two to the depth. */
const NODE = { type: 'object', properties: { child: { $ref: '#/$defs/node' } } };
const RECURSIVE = {
	$ref: '#/$defs/node',
	$defs: { node: { anyOf: [NODE, { ...NODE, required: [] }, { type: 'number' }] } },
};

export const replyCases: BlockCase[] = [
	...labels.map(([content, label]) => ({
		what: `Predict of two rows, status 200, 10 MB of ${label}`,
		bar: FAILED,
		...predictFrom(deploymentOf(200, content)),
	})),
	...labels.map(([content, label]) => ({
		what: `Predict, status 500, 10 MB of ${label}`,
		bar: FAILED,
		...predictFrom(deploymentOf(500, content), [{ amount: 1 }]),
	})),
	...labels.map(([content, label]) => ({
		what: `Chat, status 200, 10 MB of ${label}`,
		bar: FAILED,
		...chatFrom(deploymentOf(200, content)),
	})),
	{
		what: 'Predict, status 500, 10 MB of JSON with words on why',
		bar: FAILED,
		...predictFrom(deploymentOf(500, 'error'), [{ amount: 1 }]),
	},
	{
		what: 'Predict, status 500, 100 MB of JSON with words on why',
		isLong: true,
		showsMemory: true,
		...predictFrom(deploymentOf(500, 'error', 100), [{ amount: 1 }]),
	},
	{
		what: "Predict, status 500, an HTML page of 100 kB of '<body'",
		bar: FAILED,
		...predictFrom('page', [{ amount: 1 }]),
	},
	{
		what: 'Predict, 0.4 MB of gzip that becomes 400 MB',
		isLong: true,
		showsMemory: true,
		...predictFrom('bomb', [{ amount: 1 }]),
	},
	{
		what: 'Predict, the REST API names a gateway host of 40,000 colons',
		bar: FAILED,
		run: (url) => ({
			rows: [{ amount: 1 }],
			credential: { hopsworksUrl: url, project: COLONS },
			parameters: predict({ columns: 'amount' }),
		}),
		same: { path: '/hopsworks-api/api/project/2/inference/endpoints' },
	},
	{
		what: 'Chat, JSON asked for, an answer of "```json" and 2,000 line breaks',
		bar: FAILED,
		...chatFrom('fence', { options: { responseFormat: 'json' } }),
	},
	{
		what: "Chat, a JSON Schema of recursive 'anyOf', an answer 18 levels deep",
		bar: FAILED,
		...chatFrom('deep', { options: { responseFormat: 'jsonSchema', jsonSchema: JSON.stringify(RECURSIVE) } }),
	},
	{
		what: 'Chat streamed, 5,000 events, each with another top-level field',
		bar: READ,
		...chatFrom('fields', { isStream: true }),
	},
	{ what: 'Chat streamed, one line of 10 MB', bar: READ, ...chatFrom('line10', { isStream: true }) },
	{ what: 'Chat streamed, one line of 32 MB', isLong: true, ...chatFrom('line32', { isStream: true }) },
];
