/** What this folder adds to StrykerJS, under the names that settings.cts gives it. */
import { SampleChecker } from './checker.cts';
import { EngineRunner } from './runner.cts';

export const strykerPlugins = [
	{ kind: 'Checker', name: 'sample', injectableClass: SampleChecker },
	{ kind: 'TestRunner', name: 'engine', injectableClass: EngineRunner },
];
