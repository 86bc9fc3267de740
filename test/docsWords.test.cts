/** What the pages name is still called so: fields and choices of the panels, and the messages that they explain. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readExamples } from '../tools/examples.cts';
import { ROOT } from '../tools/root.cts';
import { allLabels } from './support/labels.cts';
import { filesOf, readPage } from './support/pages.cts';

const FOLDERS = ['docs', 'docker'];
const pages = ['README.md', 'SECURITY.md', ...FOLDERS.flatMap((folder) => filesOf('.md', join(ROOT, folder)))]
	// What was decided then was called so then; and what the README says is looked at there.
	.filter((file) => !/^docs\/(decisions\/|reports\/|statements\.md)/.test(file))
	.map((file) => readPage(file));

/** What n8n, npm and GitHub call their own, and what is no label at all. */
const OTHERS = new Set([
	'10,000 items, 35 requests, 3 sent again, 2 failed',
	'AI Agent',
	'Clear Store',
	'Embedding',
	'Embedding Batch Size',
	'Embeddings',
	'Rerank Results',
	'Reranker',
	'Chat Model',
	'Deployments',
	'Execute workflow',
	'Filter',
	'Import from File',
	"Is a payment of 900 euros from an account of 3 days, at 2 o'clock at night, fraud?",
	'is equal to',
	'Language Models',
	'On Error',
	'Poll Times',
	'Publish',
	'FTP',
	'HTTP Request',
	'AWS S3',
	'n8n Form Trigger',
	'Redis',
	'Response Mode: Streaming',
	'Retry On Fail',
	'Set Manually',
	'The main process',
	'Tool',
	'Tool Description',
]);

test('every field and choice that a page names is in a panel, and every node and workflow is an example’s', () => {
	const examples = readExamples('').flatMap(({ name, nodes }) => [name, ...nodes.map((node) => node.name)]);
	// A unit in brackets may be left out.
	const labels = new Set([...allLabels(), ...examples].flatMap((label) => [label, label.replace(/ \([^)]*\)$/, '')]));
	const named = pages.flatMap(({ file, blocks }) =>
		blocks.flatMap(({ italics, bold, inside, column }) => {
			const isStep = inside.includes('td') || inside.includes('list_item');
			// In other places bold is for the beginning of a paragraph, and so it is with a full stop.
			const names = isStep ? bold.filter((text) => !text.endsWith('.') && text.split(' ').length <= 4) : [];
			// The first column of the messages is looked at below.
			return [...(file === 'docs/errors.md' && column === 0 ? [] : italics), ...names];
		}),
	);
	const unknown = named.filter((text) => !OTHERS.has(text) && !text.includes(' > '));
	const gone = unknown.filter((text) => !text.split(': ').every((part) => labels.has(part)));
	expect(named.length).toBeGreaterThan(100);
	expect([...new Set(gone)]).toEqual([]);
});

/** In the words of a model. */
const OF_MODELS = ['X has 3 features, but …', 'could not convert string to float'];

test('every message that is explained is one that the nodes give', () => {
	const sources = filesOf('.ts', join(ROOT, 'nodes')).map((file) => readFileSync(join(ROOT, file), 'utf8'));
	const written = sources.join('\n').replaceAll("\\'", "'");
	const { blocks } = readPage('docs/errors.md');
	const messages = blocks.flatMap(({ column, italics }) => (column === 0 ? italics : []));
	expect(messages.length).toBeGreaterThan(30);
	const known = OF_MODELS.reduce((text, words) => text.replace(words, '…'), messages.join('\n'));
	// What stands for something else: an ellipsis, a number, a name in quotes, a status, an operation, a count of something.
	const pieces = known
		.split(/\n|…|\(status \d+\)|\(abort\)|\b\d[\d.]*\b|'amount'|Predict|Chat|predictions/)
		.map((piece) => piece.replace(/^[:\s]+|[:\s]+$/g, ''));
	expect(pieces.filter((piece) => piece.length > 5 && !written.includes(piece))).toEqual([]);
});
