/** Lets only the chosen mutants through: StrykerJS itself cannot take a sample. */
import { keyOf, type Mutant } from './sample.cts';
import { readOfRun } from './settings.cts';

type Candidate = Mutant & { id: string };

export class SampleChecker {
	private chosen = new Set<string>();

	async init(): Promise<void> {
		this.chosen = new Set(readOfRun('chosen'));
	}

	/** All at once: asking for each would take longer than looking it up. */
	group(mutants: Candidate[]): string[][] {
		return [mutants.map(({ id }) => id)];
	}

	/** What does not compile is left out of the score, which is what the others are to be. */
	async check(mutants: Candidate[]): Promise<Record<string, { status: string; reason?: string }>> {
		return Object.fromEntries(
			mutants.map((mutant) => [
				mutant.id,
				this.chosen.has(keyOf(mutant)) ? { status: 'passed' } : { status: 'compileError', reason: 'not in the sample' },
			]),
		);
	}
}
