/** What came of the mutants: counts a file, and where those are that no test noticed. */
import { fileOf, type Mutant } from './sample.cts';
import { isCore } from './settings.cts';

export type Judged = Mutant & { status: string };

const COLUMNS = ['Killed', 'Survived', 'Timeout', 'NoCoverage'];
const NOTICED = ['Killed', 'Timeout'];

export interface Score {
	noticed: number;
	all: number;
	percent: number;
}

/** Mutants that broke the runner, not a test, say nothing about the tests. */
export function scoreOf(mutants: Judged[]): Score {
	const all = mutants.filter(({ status }) => COLUMNS.includes(status)).length;
	const noticed = mutants.filter(({ status }) => NOTICED.includes(status)).length;
	return { noticed, all, percent: all === 0 ? 100 : (100 * noticed) / all };
}

function sentence(name: string, mutants: Judged[]): string {
	const { noticed, all, percent } = scoreOf(mutants);
	return `${name}: ${percent.toFixed(1)} % (${noticed} of ${all} mutants noticed)`;
}

function table(mutants: Judged[]): string[] {
	const files = [...new Set(mutants.map(fileOf))].sort();
	const row = (name: string, ofFile: Judged[]): string => {
		const counts = COLUMNS.map((column) => ofFile.filter(({ status }) => status === column).length);
		return `| ${[name, ...counts, `${scoreOf(ofFile).percent.toFixed(0)} %`].join(' | ')} |`;
	};
	return [
		'| File | Killed | Survived | Timeout | No coverage | Score |',
		'| --- | --: | --: | --: | --: | --: |',
		...files.map((file) =>
			row(
				file,
				mutants.filter((mutant) => fileOf(mutant) === file),
			),
		),
		row('All', mutants),
	];
}

/** Code on one line, that no backtick of it can end. */
function code(text: string): string {
	const line = text.replace(/\s+/g, ' ');
	return line.includes('`') ? `\`\` ${line} \`\`` : `\`${line}\``;
}

/** The changed code on one line, so that a survivor can be found and understood without running anything. */
function survivors(mutants: Judged[], sourceOf: (file: string) => string): string[] {
	return mutants
		.filter(({ status }) => status === 'Survived' || status === 'NoCoverage')
		.map((mutant) => ({ mutant, file: fileOf(mutant) }))
		.sort(
			(one, other) =>
				one.file.localeCompare(other.file) ||
				one.mutant.location.start.line - other.mutant.location.start.line ||
				one.mutant.location.start.column - other.mutant.location.start.column,
		)
		.map(({ mutant, file }) => {
			const { start, end } = mutant.location;
			const lines = sourceOf(file)
				.split('\n')
				.slice(start.line - 1, end.line);
			const last = lines.length - 1;
			const was = lines
				.map((line, index) =>
					line.slice(index === 0 ? start.column - 1 : 0, index === last ? end.column - 1 : undefined),
				)
				.join(' ');
			const unseen = mutant.status === 'NoCoverage' ? ', which no test runs' : '';
			return `- ${file}:${start.line}:${start.column} ${code(was)} → ${code(mutant.replacement)}${unseen}`;
		});
}

export function report(mutants: Judged[], how: string, sourceOf: (file: string) => string): string {
	const broken = mutants.filter(({ status }) => !COLUMNS.includes(status));
	return [
		'# Mutation tests',
		'',
		how,
		'',
		sentence('Score', mutants),
		'',
		sentence(
			'Of nodes/core',
			mutants.filter((mutant) => isCore(fileOf(mutant))),
		),
		...(broken.length > 0 ? ['', `Left out, because the run itself broke: ${broken.length}`] : []),
		'',
		'## Files',
		'',
		...table(mutants),
		'',
		'## Survivors',
		'',
		...survivors(mutants, sourceOf),
		'',
	].join('\n');
}
