/** What a run says of itself in the editor, where it met trouble. */
import type { IExecuteFunctions } from 'n8n-workflow';
import type { Outcome } from '../core/failure/outcome';
import { pluralize } from '../core/failure/pluralize';
import { placeText } from '../core/failure/requestPlace';
import type { Made, Run } from './run';

const RETRY_ON_FAIL =
	"'Retry On Fail' is on while 'On Error' continues: n8n then runs the whole node again whenever the first item that comes out has a field 'error'. Turn it off; this node tries again by itself";

/** Whether n8n's own retry may run the node again although it continues: it looks at `error` of the first item that comes out. */
function meetsRetryOnFail(context: IExecuteFunctions, outcomes: Array<Outcome<Made>>): boolean {
	if (context.getNode().retryOnFail !== true || !context.continueOnFail()) return false;
	const first = outcomes.find((outcome) => !outcome.ok || [outcome.value].flat().length > 0);
	if (!first?.ok) return first !== undefined;
	const error = [first.value].flat()[0]?.json.error;
	return error !== undefined && error !== null && error !== false;
}

/** How the first item whose request failed is found in the logs of its deployment. Where the run ends with an error, that says so. */
function firstFailed(run: Run): string | undefined {
	if (run.stops) return undefined;
	for (const [item, outcome] of run.outcomes.entries()) {
		const place = outcome.ok ? undefined : run.sentRows.placeOf(item, outcome.failure);
		if (place) return `First item whose request failed: ${item}. ${placeText(place)}`;
	}
	return undefined;
}

/** A run without trouble says nothing. */
export function hintAtTrouble(run: Run): void {
	const { context, outcomes, notes } = run;
	const { requests, retries } = run.tally;
	const failures = outcomes.filter((outcome) => !outcome.ok).length;
	const first = firstFailed(run);
	const remarks = [
		...(first === undefined ? [] : [first]),
		...notes,
		...(meetsRetryOnFail(context, outcomes) ? [RETRY_ON_FAIL] : []),
	];
	if (retries === 0 && failures === 0 && remarks.length === 0) return;
	const parts = [
		pluralize(outcomes.length, 'item'),
		pluralize(requests, 'request'),
		retries > 0 ? `${retries.toLocaleString('en-US')} sent again` : '',
		failures > 0 ? `${failures.toLocaleString('en-US')} failed` : '',
	];
	context.addExecutionHints({
		message: [parts.filter(Boolean).join(', '), ...remarks].join('. '),
		location: 'outputPane',
		type: failures > 0 ? 'warning' : 'info',
	});
}
