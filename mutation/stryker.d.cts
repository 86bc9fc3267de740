/** What is used of StrykerJS, declared here so that types are checked without it: it is installed only for its own run. */
interface Place {
	start: { line: number; column: number };
	end: { line: number; column: number };
}

declare module '@stryker-mutator/instrumenter' {
	export interface FoundMutant {
		fileName: string;
		mutatorName: string;
		replacement: string;
		location: Place;
	}
	export class Instrumenter {
		constructor(logger: object);
		instrument(
			files: Array<{ name: string; content: string; mutate: boolean }>,
			options: object,
		): Promise<{ mutants: FoundMutant[] }>;
	}
}

declare module '@stryker-mutator/core' {
	export interface MutantResult {
		fileName: string;
		mutatorName: string;
		replacement: string;
		location: Place;
		status: string;
	}
	export class Stryker {
		constructor(options: object);
		runMutationTest(): Promise<MutantResult[]>;
	}
}
