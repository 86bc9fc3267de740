/** Trouble that every deployment makes now and then, and what each way of scoring has to show at its end. */
import { BAD, BUSY_LIMIT, START_UP } from '../tools/firstValueModel.cts';
import { armsAt, withSettings, type Arm } from './arms.cts';
import type { Bench, Measured } from './measure.cts';
import { longTable, table } from './table.cts';

export const HARD_ROWS = 10_000;
const COMPARED = ['newcomer', 'loop', 'chunk', 'expertBody', 'ours'];
const BAD_ROW = 6789;

/** What someone would set who has met the trouble before. Hopsworks Model needs none of it to try again. */
const CONTINUES = { onError: 'continueRegularOutput' };
const RETRIES = { retryOnFail: true, maxTries: 3, waitBetweenTries: 1000 };

export interface HardCase {
	name: string;
	/** What each arm made of it, by its name. */
	measured: Record<string, Measured>;
	/** How many rows can have a prediction at all. */
	possible: number;
}

/** The newcomer's way without retries only: thirty thousand new connections take minutes and show nothing new. */
function compared(url: string, settings: object): Arm[] {
	return armsAt(url)
		.filter(({ name }) => COMPARED.includes(name) && !(name === 'newcomer' && settings === RETRIES))
		.map((arm) => withSettings(arm, arm.name === 'ours' && settings === RETRIES ? {} : settings));
}

export async function hardCases(bench: Bench): Promise<HardCase[]> {
	const rows = table(HARD_ROWS);
	const oneBad = rows.map((item, row) => (row === BAD_ROW ? { json: { ...item.json, amount: BAD } } : item));
	const cases = [
		{
			name: `One bad row in ${HARD_ROWS.toLocaleString('en-US')}, 'On Error: Continue'`,
			arms: compared(bench.at(5, 20), CONTINUES),
			items: oneBad,
			possible: HARD_ROWS - 1,
		},
		{
			name: `A model that takes ${BUSY_LIMIT} requests at a time and answers 429 to others ('Retry On Fail' for HTTP Request)`,
			arms: compared(bench.at(5, 20, 'busy'), RETRIES),
			items: rows,
			possible: HARD_ROWS,
		},
		{
			name: `A model that takes ${START_UP / 1000} s to start and answers 503 till then ('Retry On Fail' for HTTP Request)`,
			arms: compared(bench.at(5, 20, 'starting'), RETRIES),
			items: rows,
			possible: HARD_ROWS,
		},
		{
			name: '64-bit numbers in and out, to the last digit',
			arms: compared(bench.at(5, 20), {}),
			items: longTable(HARD_ROWS),
			possible: HARD_ROWS,
		},
	];
	const done: HardCase[] = [];
	for (const { name, arms, items, possible } of cases) {
		const measured: Record<string, Measured> = {};
		for (const arm of arms) measured[arm.name] = await bench.measure(arm, items);
		done.push({ name, measured, possible });
	}
	return done;
}
