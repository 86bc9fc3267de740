/** The table of blocks: for how long the node keeps the event loop of n8n to itself, each line in processes of its own. */
import execa from 'execa';
import { at, numberOf, read, textOf } from '../test/support/json.cts';
import { markdownTable } from '../tools/markdownTable.cts';
import { typedScript } from '../tools/typedScript.cts';
import { cases, type BlockCase } from './blockCases.cts';
import type { BlockRun } from './blockOf.cts';
import { startBlockServer } from './blockServer.cts';
import { median } from './median.cts';

const ABOUT = `The longest time for which the event loop stood still between the beginning of the node's \`execute\` and its end, in n8n's
engine over real HTTP; medians of three where a run takes less than ten seconds. A stretch counts for no more than the processor
time that was used in it, so that other work on the machine counts little; garbage collection in it is by the clock. "n8n's own
part" is the same for a node that sends the same requests through n8n's helper and does nothing with the replies. Where that is
one request, n8n's reading and the node's can stand in one turn of the loop, so the bar is for what the node adds; everywhere else
it is for the longest block as it is.`;

/** Seconds that the runs of a line may take in all. */
const LIMIT = 180;
const SHOWN = 60;

interface Line {
	runs: BlockRun[];
	/** What became of the process, where it did not end by itself. */
	trouble: string;
}

function readRun(line: string): BlockRun {
	const run = read(line);
	const figure = (name: Exclude<keyof BlockRun, 'came'>): number => numberOf(at(run, name));
	return {
		longest: figure('longest'),
		collecting: figure('collecting'),
		whole: figure('whole'),
		ended: figure('ended'),
		processor: figure('processor'),
		afterCancel: figure('afterCancel'),
		megabytes: figure('megabytes'),
		came: textOf(at(run, 'came')),
	};
}

/** The runs of a line, in a process that may die or be ended without harm to the others. */
async function runApart(number: number, url: string, arm: 'node' | 'control'): Promise<Line> {
	const script = typedScript(`${__dirname}/blockOf.cts`, String(number), url, arm);
	const { stdout, stderr, failed, timedOut } = await execa(process.execPath, script, {
		timeout: LIMIT * 1000,
		killSignal: 'SIGKILL',
		reject: false,
	});
	const runs = stdout.split('\n').filter(Boolean).map(readRun);
	if (!failed) return { runs, trouble: '' };
	if (timedOut) return { runs, trouble: `no end within ${LIMIT} s` };
	return { runs, trouble: stderr.includes('out of memory') ? 'the process ran out of memory' : `died: ${stderr}` };
}

const middle = (runs: BlockRun[], figure: (run: BlockRun) => number): number => median(runs.map(figure));

function time(milliseconds: number): string {
	return milliseconds < 1000 ? `${milliseconds.toFixed(0)} ms` : `${(milliseconds / 1000).toFixed(1)} s`;
}

/** Text of a server or of n8n, fit for a cell. */
function cell(text: string): string {
	const line = text.replaceAll('|', '¦').replace(/\s+/g, ' ');
	return line.length > SHOWN ? `${line.slice(0, SHOWN)}…` : line;
}

function measured({ runs, trouble }: Line, { cancelAfter, showsMemory }: BlockCase): string {
	if (runs.length === 0) return cell(trouble);
	const figure = middle(runs, ({ longest, afterCancel }) => (cancelAfter === undefined ? longest : afterCancel));
	const megabytes = Math.max(...runs.map((run) => run.megabytes));
	const memory = showsMemory ? `, ${Math.round(megabytes).toLocaleString('en-US')} MB` : '';
	return `${time(figure)}${memory}${trouble === '' ? '' : ` (then ${cell(trouble)})`}`;
}

function verdict(line: Line, control: Line | undefined, { bar, same }: BlockCase): string {
	if (bar === undefined) return '';
	// n8n's reading of one reply and the node's can stand in one turn; the many requests of a table cannot.
	const isOneTurn = same?.times === undefined && control !== undefined && control.runs.length > 0;
	const own =
		middle(line.runs, ({ longest }) => longest) - (isOneTurn ? middle(control.runs, ({ longest }) => longest) : 0);
	return line.runs.length > 0 && own <= bar ? 'met' : 'missed';
}

/** Measures every line, or those that are quick; `say` hears of each as it is done. */
export async function blocks(isShort: boolean, say: (line: string) => void): Promise<string> {
	const { server, url } = await startBlockServer();
	const lines: string[][] = [];
	try {
		for (const [number, one] of cases.entries()) {
			if (isShort && one.isLong) continue;
			const line = await runApart(number, url, 'node');
			const control = one.same && (await runApart(number, url, 'control'));
			const cells = [
				one.what,
				measured(line, one),
				line.runs.length === 0 || one.cancelAfter !== undefined
					? ''
					: time(middle(line.runs, ({ collecting }) => collecting)),
				control ? measured(control, one) : '',
				one.bar === undefined ? '' : `at most ${one.bar} ms`,
				verdict(line, control, one),
				line.runs.length === 0 ? '' : time(middle(line.runs, ({ processor }) => processor)),
				cell(line.runs.at(-1)?.came ?? ''),
			];
			lines.push(cells);
			say(cells.join(' | '));
		}
	} finally {
		await server.end();
	}
	const shown = markdownTable(
		[
			'',
			'longest block',
			'of it garbage collection',
			"n8n's own part",
			'bar',
			'',
			'processor time in all',
			'what came of it',
		],
		lines,
	);
	return `${ABOUT}\n\n${shown}`;
}
