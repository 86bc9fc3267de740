/** Finds the mutants there are, and chooses some of them by a seed. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './settings.cts';

export interface Mutant {
	fileName: string;
	mutatorName: string;
	replacement: string;
	location: Place;
}

/** A mutant's path from the root of the project or, for a copy of it, of that. */
export function fileOf({ fileName }: Pick<Mutant, 'fileName'>): string {
	return fileName.slice(Math.max(0, fileName.lastIndexOf('nodes/')));
}

/** The same in every run and on every machine, unlike the number that a mutant has. */
export function keyOf(mutant: Mutant): string {
	const { start, end } = mutant.location;
	const place = `${start.line}:${start.column}-${end.line}:${end.column}`;
	return [fileOf(mutant), place, mutant.mutatorName, mutant.replacement].join(' ');
}

/** The mutant with its place counted from 0, as everywhere but in StrykerJS's results. */
export function fromZero<One extends Mutant>(mutant: One): One {
	const { start, end } = mutant.location;
	const less = ({ line, column }: Place['start']): Place['start'] => ({ line: line - 1, column: column - 1 });
	return { ...mutant, location: { start: less(start), end: less(end) } };
}

/** Every mutant of the files, as StrykerJS would make them. */
export async function mutantsOf(files: string[]): Promise<Mutant[]> {
	const { Instrumenter } = await import('@stryker-mutator/instrumenter');
	const quiet = { debug: () => {}, info: () => {}, warn: () => {}, isDebugEnabled: () => false };
	const { mutants } = await new Instrumenter(quiet).instrument(
		files.map((name) => ({ name: join(ROOT, name), content: readFileSync(join(ROOT, name), 'utf8'), mutate: true })),
		{ plugins: null, ignorers: [], excludedMutations: [], noHeader: true },
	);
	return mutants;
}

/**
 * As many of them, by the seed. Every file gives the same share of its mutants, and one at least: ordered by the seed within
 * a file, a mutant's turn is how far into its file it is.
 */
export function choose(mutants: Mutant[], size: number, seed: string): Mutant[] {
	const byFile = new Map<string, Array<{ mutant: Mutant; hash: string }>>();
	for (const mutant of mutants) {
		const hash = createHash('sha256')
			.update(`${seed} ${keyOf(mutant)}`)
			.digest('hex');
		const file = fileOf(mutant);
		byFile.set(file, [...(byFile.get(file) ?? []), { mutant, hash }]);
	}
	return [...byFile.values()]
		.flatMap((ofFile) =>
			ofFile
				.sort((one, other) => (one.hash < other.hash ? -1 : 1))
				.map(({ mutant, hash }, index) => ({ mutant, hash, turn: index / ofFile.length })),
		)
		.sort((one, other) => one.turn - other.turn || (one.hash < other.hash ? -1 : 1))
		.slice(0, size)
		.map(({ mutant }) => mutant);
}
