/**
 * What a user sees of every reply that was recorded of vLLM, each served word for word to the operation that it belongs to,
 * in n8n's engine. `UPDATE_RECORDED=1` writes the table anew, which is to be read then like any text for users.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { credentialLabels, labelsIn, operationLabels } from './support/labels.cts';
import { recorded, type RecordedReply } from './support/recorded.cts';
import { operationOf, replay, servable } from './support/replayed.cts';
import type { RunResult } from './support/engine.cts';
import { sharedServer } from './support/sharedServer.cts';

const TABLE = join(__dirname, 'fixtures', 'recorded-replies.txt');
const isUpdated = process.env.UPDATE_RECORDED === '1';

/** Streams whose middle, which holds the arguments of the calls, was not recorded. */
const NOT_SERVABLE = [
	'vllm-0.32.0 chat-tools-named-stream',
	'vllm-0.32.0 chat-tools-required-stream',
	'vllm-0.32.0 chat-tools-strict-required-stream',
	'vllm-0.28.0 chat-tools-required-stream',
	'vllm-0.28.0 chat-tools-strict-required-stream',
];

const LONGEST = 300;
const shown = (value: unknown): string => {
	const text = JSON.stringify(value);
	return text.length > LONGEST ? `${text.slice(0, LONGEST)}… (${text.length} characters)` : text;
};

/** A line that any editor shows, without the id of the request, which is another one each time. */
const readable = (line: string): string =>
	line
		.replace(/\p{Cc}/gu, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`)
		.replace(/ Request ID: [\da-f-]{36}\.$/, '');

/** What comes out, line by line: the members of the item, or the error and what to do about it. */
function linesOf({ success, error }: RunResult, requests: number): string[] {
	const lines = error
		? [`error: ${error.message}`, `advice: ${error.description ?? ''}`]
		: success.length > 0 && success[0] && Array.isArray(success[0].json.embedding)
			? [`${success.length} × ${success[0].json.embedding.length} numbers`]
			: Object.entries(success[0]?.json ?? {}).map(([name, value]) => `${name}: ${shown(value)}`);
	return requests === 1 ? lines : [...lines, `requests: ${requests}`];
}

const server = sharedServer(() => ({}));

const nameOf = ({ server: version, name }: RecordedReply): string => `${version} ${name}`;
const keyOf = (reply: RecordedReply): string => `${nameOf(reply)} (${operationOf(reply)}, ${reply.status})`;

function expectedBlocks(): Map<string, string> {
	const text = isUpdated ? '' : readFileSync(TABLE, 'utf8');
	return new Map(text.split('\n\n').map((block) => [block.split('\n', 1)[0] ?? '', block.trimEnd()]));
}

const expected = expectedBlocks();
const blocks: string[] = [];
const servables = recorded.flatMap((reply) => {
	const served = servable(reply);
	return served ? [{ key: `${keyOf(reply)}${served.isRepaired ? ', repaired' : ''}`, reply, served }] : [];
});

test('all but a few streams can be served', () => {
	expect(recorded.filter((reply) => !servable(reply)).map(nameOf)).toEqual(NOT_SERVABLE);
	expect(servables.length).toBe(new Set(servables.map(({ key }) => key)).size);
	if (!isUpdated) expect(servables.map(({ key }) => key).filter((key) => !expected.has(key))).toEqual([]);
});

test.each(servables)('$key', async ({ key, reply, served }) => {
	const result = await replay(server, reply, served.body);
	const lines = linesOf(result, server.requests.length);
	const block = [key, ...lines.map((line) => `  ${readable(line)}`)].join('\n');
	blocks.push(block);
	if (!isUpdated) expect(block).toBe(expected.get(key));
	const labels = operationLabels(operationOf(reply));
	const named = labelsIn(result.error?.description ?? '');
	expect(named.filter((label) => !labels.has(label) && !credentialLabels.has(label))).toEqual([]);
});

afterAll(() => {
	if (isUpdated) writeFileSync(TABLE, `${blocks.join('\n\n')}\n`);
	if (process.argv.includes('--verbose')) process.stdout.write(`\n${blocks.join('\n\n')}\n`);
});
