/** The logs of a deployment's instances, as the REST API tells them (hopsworks-api: `deployable_component_logs.py`). */
import { asText, isRecord, type Json } from '../json/json';
import { entriesOf } from './deploymentRecord';
import { wholeSecond } from './logLines';

/** Which lines are asked for. */
export interface LogsQuery {
	component: 'predictor' | 'transformer';
	/** How many, from the end. */
	lines: number;
	/** Only those written then or later, in milliseconds since the epoch; older releases pass over it. */
	since?: number;
	/** Whether each begins with the time at which it was written; older releases pass over it. */
	hasTimes?: boolean;
	/** Of one instance; of all of them unless set. */
	instance?: string;
}

export function logsQuery({ component, lines, since, hasTimes, instance }: LogsQuery): string {
	const given: Record<string, string | undefined> = {
		component,
		tail: String(lines),
		since: since === undefined ? undefined : wholeSecond(since),
		timestamps: hasTimes === true ? 'true' : undefined,
		pod: instance?.toWellFormed(),
	};
	const parts = Object.entries(given).flatMap(([name, value]) =>
		value === undefined ? [] : [`${name}=${encodeURIComponent(value)}`],
	);
	return `?${parts.join('&')}`;
}

/** What is missing was not told: older releases tell instance and content alone. */
export interface InstanceLogs {
	instance: string;
	/** Lines, and nothing but lines: '' where none were read. */
	content: string;
	/** In the place of lines, why there are none. */
	note?: string;
	/** Not read: one request reads the first eight instances. */
	skipped?: true;
	/** Not read, since the instance's node did not answer. */
	readFailed?: true;
	/** Not all that was asked for: lines after these were not read. */
	truncated?: true;
	/** The beginning of the line at which the reading ended. */
	cutLine?: string;
	/** Together with the instance these name a container, whose log begins anew with each restart. */
	podUid?: string;
	restartCount?: number;
}

/** Logs; undefined where entries are there, and none is one. */
export function readInstanceLogs(json: Json | undefined): InstanceLogs[] | undefined {
	const entries = entriesOf(json);
	const logs = entries?.flatMap((entry) => (isRecord(entry) ? [readEntry(entry)] : []));
	return logs?.length === 0 && entries?.length !== 0 ? undefined : logs;
}

const NO_LINES = 'Hopsworks sent no lines of this instance';

/** A line that was cut is no line: what is left of it stands apart. */
function linesOf(content: string, isCut: boolean): { content: string; cutLine?: string } {
	const end = content.lastIndexOf('\n') + 1;
	return isCut && end < content.length ? { content: content.slice(0, end), cutLine: content.slice(end) } : { content };
}

function readEntry(entry: Record<string, Json>): InstanceLogs {
	const { skipped, readFailed, truncated, podUid, restartCount } = entry;
	const said = asText(entry.content);
	const isRead = skipped !== true && readFailed !== true;
	const hasLines = typeof entry.content === 'string';
	return {
		instance: asText(entry.instanceName),
		...(isRead && hasLines ? linesOf(said, truncated === true) : { content: '', note: said || NO_LINES }),
		...(skipped === true && { skipped }),
		...(readFailed === true && { readFailed }),
		...(truncated === true && { truncated }),
		...(typeof podUid === 'string' && { podUid }),
		...(typeof restartCount === 'number' && { restartCount }),
	};
}
