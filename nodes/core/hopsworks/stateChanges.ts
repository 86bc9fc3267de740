/** Deployments that have changed their states since the look before. */
import { asText, isRecord, type Json } from '../json/json';
import { stateOf, type DeploymentRecord, type State } from './deploymentRecord';
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
	type WatchChoice,
	type WatchedItem,
} from './watchMemory';

interface Seen {
	state: string;
	/** When it was last started or changed, in milliseconds since the epoch. */
	deployed?: number;
}

/** In these a deployment has been started; the time of its last start then tells that it was started again. */
const STARTED: ReadonlySet<string> = new Set<State>(['Running', 'Idle', 'Updating', 'Failed']);

/** Milliseconds after a start in which the state may still be that of before. */
const SETTLING = 120_000;

/** The state as it is told: one that a later release has brought keeps its own name. */
function stateIn({ state, raw }: DeploymentRecord): string {
	return state === '' ? asText(raw.status).trim() : state;
}

function readSeen(value: Json | undefined): Seen | undefined {
	if (!isRecord(value) || typeof value.state !== 'string') return undefined;
	return { state: value.state, deployed: momentOf(value.deployed) };
}

function keptOf({ state, deployed }: Seen): Json {
	return { state, ...(deployed !== undefined && { deployed }) };
}

function wants({ states }: WatchChoice, state: string): boolean {
	return states?.includes(state) ?? true;
}

/** Whether a state is the one of before and yet came anew, such as a start that failed like the one before it. */
function isAnew(before: Seen, { state, deployed }: Seen): boolean {
	return STARTED.has(state) && deployed !== undefined && deployed > (before.deployed ?? Infinity);
}

/**
 * What has changed, in the order of the list. A look that finds nothing may be forgotten; then the next one finds the same.
 * What is no longer asked for, or was not before, is taken note of without an item.
 */
export function stateChanges(look: Look, records: DeploymentRecord[]): Changes {
	const { memory, watch, place, at } = look;
	const items: WatchedItem[] = [];
	const seen: Record<string, Json> = {};
	for (const record of records) {
		if (!isWatched(watch, record.name)) continue;
		const now: Seen = { state: stateIn(record), deployed: momentOf(record.deployed) };
		const isFirst = isFirstLook(look, record.name);
		const before = isFirst ? undefined : readSeen(memory?.seen[record.id]);
		const told = now.state === '' ? before : now;
		if (!told) continue;
		seen[record.id] = keptOf(told);
		if (now.state === '' || isFirst || (!before && wasThere(look, momentOf(record.created)))) continue;
		if (before?.state === now.state) {
			if (!isAnew(before, now)) continue;
			if (at - (now.deployed ?? 0) < SETTLING) {
				seen[record.id] = keptOf(before);
				continue;
			}
		}
		const wasWanted = memory === undefined || wants(memory.watch, now.state);
		if (wasWanted && wants(watch, now.state)) items.push(itemOf(place, record, before?.state, at));
	}
	return { items, memory: remembered(look, seen) };
}

function itemOf(place: WatchPlace, record: DeploymentRecord, before: string | undefined, at: number): WatchedItem {
	return {
		event: 'deploymentState',
		project: place.project,
		deployment: record.name,
		deploymentId: record.id,
		before: before ?? null,
		after: stateIn(record),
		at: isoOf(at),
		reason: record.reason,
		startedAt: isoOf(momentOf(record.deployed)),
		version: record.version ?? null,
		model: record.modelName === '' ? null : record.modelName,
		modelVersion: record.modelVersion ?? null,
	};
}

/** The deployment whose state changed last, as far as is told, as an item: one in a state that is asked for, where there is any. */
export function stateSample({ place, watch, at }: Look, records: DeploymentRecord[]): WatchedItem | undefined {
	const watched = records.filter((record) => isWatched(watch, record.name));
	const wanted = watched.filter((record) => wants(watch, stateIn(record)));
	const [latest] = (wanted.length > 0 ? wanted : watched).toSorted((one, other) => timeOf(other) - timeOf(one));
	return latest && itemOf(place, latest, undefined, at);
}

function timeOf({ deployed, created }: DeploymentRecord): number {
	return momentOf(deployed) ?? momentOf(created) ?? 0;
}

/** States as a user names them, each as Hopsworks writes it. */
export function statesNamed(names: string[]): string[] {
	return names.map((name) => stateOf(name) || name);
}
