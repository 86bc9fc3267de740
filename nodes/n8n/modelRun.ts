/**
 * The run of an operation on a model, which is the same for all of them: what is the same for all items is read, then every
 * item, then rows go out in batches, and every item is settled. An operation says the rest.
 */
import { accumulateTokenUsage } from 'n8n-workflow';
import { scatter, type Group } from '../core/batching/scatter';
import { success, type Outcome } from '../core/failure/outcome';
import { turnsOfRun } from './cancel';
import type { AddressOptions } from './deploymentLocator';
import { grouping } from './grouping';
import type { ModelCall } from './modelCall';
import { startOnModel } from './modelStart';
import { givenOptions, type Options, type OptionTable } from './options';
import type { PreviewOptions } from './preview';
import type { Resolver } from './resolver';
import type { Run } from './run';
import type { SendOptions } from './sendOptions';
import { attempt } from './unusable';

/** What a run on a model begins with: what is the same for all items is read from it. */
export interface RunStart<OptionValues> {
	run: Run;
	/** Those of the first item. What may differ between items is read from the options that the call's members are given. */
	options: Options<OptionValues>;
	resolver: Resolver;
	/** Whether nothing is sent: the request is shown instead. */
	isPreview: boolean;
}

/**
 * Runs an operation on a model, whose options are those of `table`; some of them, `inPanel`, are fields of the panel itself.
 * `setUp` reads what else is the same for all items, and throws `unusable`.
 */
export async function runOnModel<Row, Value, OptionValues extends AddressOptions & SendOptions & PreviewOptions>(
	run: Run,
	table: OptionTable<OptionValues>,
	setUp: (
		start: RunStart<OptionValues>,
	) => ModelCall<Row, Value, OptionValues> | Promise<ModelCall<Row, Value, OptionValues>>,
	inPanel: readonly string[] = [],
): Promise<void> {
	const givenTo = givenOptions(run.read, inPanel);
	const started = await attempt(async () => {
		const given = givenTo(0);
		const start = await startOnModel(run, table, given);
		const { options, resolver } = start;
		const call = await setUp({ run, options, resolver, isPreview: start.shown !== undefined });
		return { ...start, table, givenTo, call, firstOptions: { given, options } };
	});
	if (!started.ok) return run.settleRest(started.failure);
	const { call, settings, shown, connection } = started.value;
	const { usage } = call;
	const { groups, add, readAgain, hindsight } = grouping(run, started.value);
	if (!(await run.readItems(add))) return;
	if (call.readsAgain?.()) for (const group of groups) group.rowOf = readAgain;
	if (shown) return await shown.settle(run, groups, connection);
	let hasFailed = false;
	const settle = (item: number, outcome: Outcome<Value>): void => {
		hasFailed ||= !outcome.ok;
		run.settle(item, outcome.ok ? success(call.made(item, outcome.value)) : outcome);
	};
	for (let open: Array<Group<Row, Value>> = groups; open.length > 0; open = await hindsight(settle)) {
		await scatter(open, {
			concurrency: call.isSequential ? 1 : settings.concurrency,
			stops: run.stops,
			turns: turnsOfRun(),
			notes: run.notes,
			settle,
		});
		if (run.stops && hasFailed) break;
	}
	// Each call replaces the figures of the last; missing on older n8n.
	if (usage && usage.prompt + usage.completion > 0) {
		accumulateTokenUsage?.(run.context, usage.prompt, usage.completion);
	}
}
