/** Versions of deployments that are new since the look before. Their numbers go up by one and are never given twice. */
import { asText, isRecord, type Json } from '../json/json';
import type { DeploymentRecord } from './deploymentRecord';
import type { DeploymentVersion } from './deploymentVersion';
import {
	isFirstLook,
	isoOf,
	isWatched,
	momentOf,
	remembered,
	wasThere,
	type Changes,
	type Look,
	type WatchPlace,
	type WatchedItem,
} from './watchMemory';

interface Seen {
	/** The highest number that there was. */
	highest: number;
	/** What its record was like: where that is the same, nobody has made a version. */
	mark: string;
}

/** Further numbers at a time than anybody makes; then only those that are listed count. */
const MOST_BETWEEN = 1000;

function readSeen(value: Json | undefined): Seen | undefined {
	if (!isRecord(value) || typeof value.highest !== 'number') return undefined;
	return { highest: value.highest, mark: asText(value.mark) };
}

/** A version that was made and rolled back shows in none of them but the time, so all count. */
function markOf({ version, deployed, state, raw }: DeploymentRecord): string {
	return [version, deployed, state, asText(raw.revision)].join('|');
}

function seenOf(look: Look, { id, name }: DeploymentRecord): Seen | undefined {
	return isFirstLook(look, name) ? undefined : readSeen(look.memory?.seen[id]);
}

/** The deployments whose versions have to be asked for: the list tells only which one is active. */
export function toAskForVersions(look: Look, records: DeploymentRecord[]): DeploymentRecord[] {
	return records.filter(
		(record) => isWatched(look.watch, record.name) && seenOf(look, record)?.mark !== markOf(record),
	);
}

/** What is new, by deployment and number. `versions` are those that were asked for, by the number of their deployment. */
export function versionChanges(
	look: Look,
	records: DeploymentRecord[],
	versions: ReadonlyMap<number, DeploymentVersion[]>,
): Changes {
	const items: WatchedItem[] = [];
	const seen: Record<string, Json> = {};
	for (const record of records) {
		const listed = versions.get(record.id);
		if (!listed || !isWatched(look.watch, record.name)) continue;
		const before = seenOf(look, record);
		const numbers = [record.version ?? 0, ...listed.map(({ version }) => version)];
		const highest = Math.max(before?.highest ?? 0, ...numbers);
		seen[record.id] = { highest, mark: markOf(record) };
		const isOld = isFirstLook(look, record.name) || (!before && wasThere(look, momentOf(record.created)));
		if (isOld) continue;
		for (const number of newNumbers(before?.highest ?? 0, highest, numbers)) {
			items.push(itemOf(look.place, record, number, listed, look.at));
		}
	}
	return { items, memory: remembered(look, seen) };
}

/** Every number between, also those that are not listed. */
function newNumbers(before: number, highest: number, listed: number[]): number[] {
	if (highest - before <= MOST_BETWEEN)
		return Array.from({ length: highest - before }, (_, index) => before + 1 + index);
	return [...new Set(listed)].filter((number) => number > before).toSorted((one, other) => one - other);
}

function itemOf(
	place: WatchPlace,
	record: DeploymentRecord,
	number: number,
	listed: DeploymentVersion[],
	at: number,
): WatchedItem {
	const version = listed.find((one) => one.version === number);
	const model = version?.modelName ?? '';
	return {
		event: 'deploymentVersion',
		project: place.project,
		deployment: record.name,
		deploymentId: record.id,
		before: number > 1 ? number - 1 : null,
		after: number,
		at: isoOf(momentOf(version?.created) ?? at),
		active: version?.isActive ?? record.version === number,
		createdBy: version?.createdBy ?? '',
		model: model === '' ? null : model,
		modelVersion: version?.modelVersion ?? null,
	};
}

/** The newest version of a deployment as an item. */
export function versionSample(
	{ place, at }: Look,
	record: DeploymentRecord,
	versions: DeploymentVersion[],
): WatchedItem | undefined {
	const highest = Math.max(record.version ?? 0, ...versions.map(({ version }) => version));
	return highest === 0 ? undefined : itemOf(place, record, highest, versions, at);
}

/** The deployment that was changed last, as far as is told. */
export function changedLast({ watch }: Look, records: DeploymentRecord[]): DeploymentRecord | undefined {
	const timeOf = ({ deployed, created }: DeploymentRecord): number => momentOf(deployed) ?? momentOf(created) ?? 0;
	return records
		.filter((record) => isWatched(watch, record.name))
		.toSorted((one, other) => timeOf(other) - timeOf(one))[0];
}
