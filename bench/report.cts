/** The benchmark's figures as text. */
import { NEWEST } from '../tools/installation.cts';
import { markdownTable } from '../tools/markdownTable.cts';
import { reportText } from '../tools/report.cts';
import type { Arm } from './arms.cts';
import type { Cancelled } from './cancel.cts';
import { ideal, PROMPTS, WIDTH } from './chat.cts';
import { HARD_ROWS, type HardCase } from './hardCases.cts';
import type { Measured } from './measure.cts';
import { median, spread } from './median.cts';
import { IN_FLIGHT, ROWS_PER_REQUEST } from './settings.cts';

/** What was measured with a number of rows, by way of scoring: 'floor', or an arm's name. */
export interface Results {
	rows: number;
	measured: Map<string, Measured[]>;
}

export interface Figures {
	arms: Arm[];
	measured: Results[];
	atOnce: Results[];
	linked: Results;
	hard: HardCase[];
	cancelled: Cancelled[];
	chat?: { chat: number; chain: number };
}

const FLOOR = 'Bare script with a keep-alive pool: the floor';
const number = (value: number): string => value.toLocaleString('en-US', { maximumFractionDigits: 1 });

const timesOf = (results: Results | undefined, name: string): number[] =>
	(results?.measured.get(name) ?? []).flatMap(({ milliseconds }) => milliseconds ?? []);
const middle = (results: Results | undefined, name: string): number => median(timesOf(results, name));

/** How often as long as the floor, or that it failed. */
function timing(results: Results, name: string): string[] {
	const times = timesOf(results, name);
	if (times.length === 0) return ['**failed**', '–'];
	return [spread(times), `${(median(times) / middle(results, 'floor')).toFixed(2)} ×`];
}

function timeTable({ arms }: Figures, results: Results): string {
	const labels = new Map([['floor', FLOOR], ...arms.map(({ name, label }): [string, string] => [name, label])]);
	const lines = [...results.measured].map(([name, runs]) => {
		const [first] = runs;
		const nodes = arms.find((arm) => arm.name === name)?.nodes.length;
		return [
			labels.get(name) ?? name,
			...(name === 'reading' ? ['–', '–'] : timing(results, name)),
			spread(
				runs.map(({ seconds }) => seconds),
				1,
			),
			spread(runs.map(({ megabytes }) => megabytes)),
			number(median(runs.map(({ requests }) => requests))),
			number(median(runs.map(({ connections }) => connections))),
			number(median(runs.map(({ mostAtOnce }) => mostAtOnce))),
			name === 'reading' ? '–' : number(first?.right ?? 0),
			name === 'reading' ? '–' : number(first?.kept ?? 0),
			nodes === undefined ? '–' : String(nodes),
		];
	});
	const head = ['', 'its nodes, ms', 'of the floor', 'whole process, s', 'peak memory, MB', 'requests', 'connections'];
	return markdownTable([...head, 'at once', 'rows right', 'fields kept', 'nodes'], lines);
}

/** A bar of the project and what was measured against it. */
function bars({ measured, atOnce }: Figures): string[][] {
	const rivals = ['newcomer', 'loop', 'chunk', 'expert', 'expertLinked', 'expertBody'];
	const lines: string[][] = [];
	const add = (what: string, value: number, bar: string, met: boolean): void => {
		if (Number.isFinite(value)) lines.push([what, `${value.toFixed(2)} ×`, bar, met ? 'met' : '**missed**']);
	};
	const overFloor = (results: Results | undefined, what: string, most: number): void => {
		const ratio = middle(results, 'ours') / middle(results, 'floor');
		add(what, ratio, `at most ${most} ×`, ratio <= most);
	};
	const faster = (results: Results | undefined, what: string, names: string[], least: number): void => {
		const best = Math.min(...names.map((name) => middle(results, name)).filter(Number.isFinite));
		const ratio = best / middle(results, 'ours');
		add(what, ratio, `at least ${least} ×`, ratio >= least);
	};
	const of = (all: Results[], rows: number): Results | undefined => all.find((one) => one.rows === rows);
	overFloor(of(measured, 10_000), '10,000 rows, of the floor', 1.3);
	overFloor(of(measured, 100_000), '100,000 rows, of the floor', 1.3);
	overFloor(of(atOnce, 10_000), '10,000 rows, model that answers at once, of the floor', 1.6);
	overFloor(of(atOnce, 100_000), '100,000 rows, model that answers at once, of the floor', 1.6);
	faster(of(measured, 10_000), '10,000 rows, faster than the best other way', rivals, 3);
	faster(of(measured, 100_000), '100,000 rows, faster than the best other way', rivals, 2);
	faster(of(measured, 10_000), "10,000 rows, faster than the newcomer's way", ['newcomer'], 30);
	const large = of(measured, 100_000);
	const memory = (name: string): number =>
		timesOf(large, name).length === 0
			? Infinity
			: median((large?.measured.get(name) ?? []).map(({ megabytes }) => megabytes));
	const leanest = Math.min(...rivals.map(memory));
	if (large) {
		const mine = memory('ours');
		const shown = `${number(Math.round(mine))} MB`;
		lines.push([
			'100,000 rows, peak memory',
			shown,
			`below the leanest other way's ${number(Math.round(leanest))} MB`,
			mine < leanest ? 'met' : '**missed**',
		]);
	}
	return lines;
}

function hardTable({ arms, hard, cancelled }: Figures): string {
	const names = hard.length === 0 ? [] : Object.keys(hard[0]?.measured ?? {});
	const labels = names.map((name) => arms.find((arm) => arm.name === name)?.label ?? name);
	const lines = hard.map(({ name, measured, possible }) => [
		`${name}: rows right of ${number(possible)}`,
		...names.map((arm) => {
			const one = measured[arm];
			return one ? `${number(one.right)} (${number(one.requests)} requests)` : '–';
		}),
	]);
	const stops = names.map((arm) => cancelled.find(({ name }) => name === arm));
	lines.push([
		'Stop after 1.5 s, model of 1 s: requests before it, and sent after it all the same',
		...stops.map((one) => (one ? `${one.before}, ${one.after}` : '–')),
	]);
	return markdownTable([`${number(HARD_ROWS)} rows`, ...labels], lines);
}

export async function report(figures: Figures): Promise<string> {
	const { measured, atOnce, linked, hard, chat, arms } = figures;
	const parts = [
		`Each run is a fresh \`n8n execute\` (SQLite, task runner, executions saved), the ways one after the other in turn; medians, with
the lowest and the highest. The model is a process on the same machine. Requests carry ${ROWS_PER_REQUEST} rows, but for Hopsworks
Model, which finds the number itself, and the bare script, which has the one that was fastest by trial; both send ${IN_FLIGHT} at a time, HTTP Request sends all at once, Loop Over Items one. "Its nodes" is what n8n counts for the nodes
between table and end. Code's task runner is a process of its own, whose memory is not in the figure.
`,
		`## Bars\n\n${markdownTable(['', 'measured', 'bar', ''], bars(figures))}\n`,
		...measured.map(
			(results) => `## ${number(results.rows)} rows, model of 5 ms + 0.02 ms a row\n\n${timeTable(figures, results)}\n`,
		),
		...atOnce.map(
			(results) => `## ${number(results.rows)} rows, model that answers at once\n\n${timeTable(figures, results)}\n`,
		),
	];
	if (linked.measured.size > 0) {
		const lines = [...linked.measured].map(([name, [one]]) => [
			arms.find((arm) => arm.name === name)?.label ?? name,
			`${number(one?.linked ?? 0)} of ${number(linked.rows)}`,
		]);
		parts.push(
			`## Links\n\nRows whose source n8n finds from a node behind: \`$('CSV').item\`, asked of n8n itself.\n\n${markdownTable(['', 'rows linked'], lines)}\n`,
		);
	}
	if (hard.length > 0) parts.push(`## Hard cases\n\n${hardTable(figures)}\n`);
	if (chat) {
		const ratio = (value: number): string => `${(value / ideal).toFixed(2)} ×`;
		const lines = [
			['Hopsworks Model, Chat', number(chat.chat), ratio(chat.chat)],
			['Basic LLM Chain with OpenAI Chat Model, in batches', number(chat.chain), ratio(chat.chain)],
		];
		parts.push(
			`## ${PROMPTS} prompts of 0.2 s, one in twenty of 2 s, ${WIDTH} at a time\n\n${markdownTable(['', 'ms', 'of a schedule without gaps'], lines)}\n`,
		);
	}
	const facts = {
		n8n: `${NEWEST.version}, on Node ${await NEWEST.nodeVersion()}`,
		Command: '`npm run bench -- --write`',
	};
	return reportText('Benchmark', facts, parts.join('\n'));
}
