/** Why the run of a file ended before its time, in words that say how far it had come. */
import type { Failure } from '../../core/failure/outcome';
import { pluralize } from '../../core/failure/pluralize';

/** A failure that ends the run, with the number of rows that were scored by then. */
export function withReach(failure: Failure, good: number): Failure {
	const reach = good === 0 ? 'No row was' : `${pluralize(good, 'row')} of the file had been`;
	return { ...failure, description: `${failure.description} ${reach} scored by then, and no file comes out.`.trim() };
}

/** More rows failed than may; `last` is the failure of the row that was one too many. */
export function tooManyFailed(row: number, bad: number, mostFailed: number, last: Failure): Failure {
	return {
		kind: 'input',
		message: `The run ended at row ${row.toLocaleString('en-US')} of the file: ${pluralize(bad, 'row')} failed, and 'Maximum Failed Rows' is ${mostFailed.toLocaleString('en-US')}`,
		description: `The last of them: ${last.message}. Correct such rows, or allow more of them to fail.`,
		request: last.request,
	};
}
