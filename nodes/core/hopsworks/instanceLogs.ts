/** The logs of a deployment's instances, as the REST API tells them (hopsworks-api: `deployable_component_logs.py`). */
import { asText, isRecord, type Json } from '../json/json';
import { entriesOf } from './deploymentRecord';

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
	/** Not all that was asked for: the last line may be cut. */
	truncated?: true;
	/** Together with the instance these name a container, whose log begins anew with each restart. */
	podUid?: string;
	restartCount?: number;
}

export function readInstanceLogs(json: Json | undefined): InstanceLogs[] | undefined {
	return entriesOf(json)?.flatMap((entry) => (isRecord(entry) ? [readEntry(entry)] : []));
}

function readEntry(entry: Record<string, Json>): InstanceLogs {
	const { skipped, readFailed, truncated, podUid, restartCount } = entry;
	const said = asText(entry.content);
	const isRead = skipped !== true && readFailed !== true;
	return {
		instance: asText(entry.instanceName),
		...(isRead ? { content: said } : { content: '', note: said }),
		...(skipped === true && { skipped }),
		...(readFailed === true && { readFailed }),
		...(truncated === true && { truncated }),
		...(typeof podUid === 'string' && { podUid }),
		...(typeof restartCount === 'number' && { restartCount }),
	};
}
