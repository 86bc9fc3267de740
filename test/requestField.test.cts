/** What a failure says of the name that rows go out under. */
import { badInput } from '../nodes/core/failure/outcome';
import { PREDICT_PANEL } from '../nodes/core/failure/panel';
import { statusFailure } from '../nodes/core/failure/statusFailure';
import { replyOf } from '../nodes/core/json/reply';
import { adviceOnField } from '../nodes/core/predict/requestField';

const failure = (status: number, error: string) =>
	statusFailure(status, replyOf(JSON.stringify({ error })), { panel: PREDICT_PANEL });

test.each([
	['the other name in quotes', "KeyError : 'instances'", 'other'],
	['the other name that is missed', 'no instances in the request', 'other'],
	['the other name that is needed', 'the body needs instances', 'other'],
	['both names', "Missing 'inputs' or 'instances' key", 'try'],
	['the other name in passing', 'all instances of the model are busy', 'try'],
	['neither name', 'KeyError : 0', 'try'],
	['the name in use', "'inputs' must be a list of numbers", 'none'],
	['a longer word', "KeyError : 'my_instances_2'", 'try'],
])('%s', (_name, words, advice) => {
	expect(adviceOnField(failure(500, words), 'inputs')).toBe(advice);
});

test('the same words call for the other name where that one is in use', () => {
	expect(adviceOnField(failure(500, "KeyError : 'inputs'"), 'instances')).toBe('other');
	expect(adviceOnField(failure(500, "KeyError : 'instances'"), 'instances')).toBe('none');
});

test.each([401, 403, 404, 413, 429, 503])('status %i says nothing of a name', (status) => {
	expect(adviceOnField(failure(status, "KeyError : 'instances'"), 'inputs')).toBe('none');
});

test('a server that names a row has read it', () => {
	const named = failure(400, "Failed to process element: 0 of 'instances' list. Error: bad");
	expect(adviceOnField(named, 'inputs')).toBe('none');
	expect(adviceOnField(badInput("KeyError : 'instances'", '').failure, 'inputs')).toBe('none');
});
