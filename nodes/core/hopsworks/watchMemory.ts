/**
 * What a trigger watches of Hopsworks, and what it remembers from one look to the next. n8n keeps that memory only when a
 * look has found something, so a look that found nothing must be able to happen again.
 */
import { asRecord, asText, isRecord, type Json } from '../json/json';

export const WATCHED_EVENTS = ['deploymentState', 'deploymentVersion', 'modelVersion'] as const;

export type WatchedEvent = (typeof WATCHED_EVENTS)[number];

/** A number that is known of each version of a model, and whether more of it is better. */
export interface Metric {
	name: string;
	better: 'higher' | 'lower';
}

export interface WatchChoice {
	event: WatchedEvent;
	/** Of deployments or models; all unless set. */
	names?: string[];
	/** Those that a deployment may have come into; all unless set. */
	states?: string[];
	/** Only versions that are better than all before; every one unless set. */
	metric?: Metric;
}

/** Where all that is remembered comes from: nothing of another place has anything to do with it. */
export interface WatchPlace {
	hopsworks: string;
	projectId: number;
	project: string;
}

export interface Memory {
	place: Omit<WatchPlace, 'project'>;
	watch: WatchChoice;
	/** When watching began, in milliseconds since the epoch. */
	since: number;
	/** By the number of a deployment or the name of a model, in the form of the event. */
	seen: Record<string, Json>;
}

/** A look at Hopsworks: what is wanted of it, and what the one before has left. */
export interface Look {
	place: WatchPlace;
	watch: WatchChoice;
	memory?: Memory;
	/** In milliseconds since the epoch. */
	at: number;
}

/** Fields of an item. */
export type WatchedItem = Record<string, Json>;

export interface Changes {
	items: WatchedItem[];
	memory: Memory;
}

/** What was made so long before watching began was there already, whether the first look has seen it or not; clocks may differ by less. */
const LONG_BEFORE = 60 * 60 * 1000;

/** Things that are not there any more, and are remembered all the same: a list may have been sent by halves. */
const MOST_ABSENT = 5000;

/** The last moment that a date can hold. */
const LAST_MOMENT = 8.64e15;

/** What n8n has kept of a look; undefined where that is nothing, or about another place or event. */
export function readMemory(
	kept: unknown,
	{ hopsworks, projectId }: WatchPlace,
	{ event }: WatchChoice,
): Memory | undefined {
	if (!isRecord(kept) || !isRecord(kept.place) || !isRecord(kept.watch) || typeof kept.since !== 'number') {
		return undefined;
	}
	const { place, watch, since } = kept;
	if (place.hopsworks !== hopsworks || place.projectId !== projectId || watch.event !== event) return undefined;
	const { names, states, metric } = watch;
	return {
		place: { hopsworks, projectId },
		watch: watchOf(event, textsIn(names), textsIn(states), metricIn(metric)),
		since,
		seen: jsonIn(kept.seen),
	};
}

/** A watch without the members that are not set: n8n keeps JSON. */
export function watchOf(event: WatchedEvent, names?: string[], states?: string[], metric?: Metric): WatchChoice {
	return { event, ...(names && { names }), ...(states && { states }), ...(metric && { metric }) };
}

function textsIn(value: unknown): string[] | undefined {
	return Array.isArray(value) ? value.map(asText) : undefined;
}

export function metricIn(value: unknown): Metric | undefined {
	if (!isRecord(value)) return undefined;
	return { name: asText(value.name), better: value.better === 'lower' ? 'lower' : 'higher' };
}

/** A copy, so that nothing changes in what n8n keeps. */
function jsonIn(value: unknown): Record<string, Json> {
	const json: Record<string, Json> = JSON.parse(JSON.stringify(asRecord(value)));
	return json;
}

/** What is remembered after a look that has seen this. */
export function remembered({ place, watch, memory, at }: Look, seen: Record<string, Json>): Memory {
	const absent = Object.entries(memory?.seen ?? {}).filter(([key]) => !Object.hasOwn(seen, key));
	return {
		place: { hopsworks: place.hopsworks, projectId: place.projectId },
		watch,
		since: memory?.since ?? at,
		seen: { ...Object.fromEntries(absent.slice(-MOST_ABSENT)), ...seen },
	};
}

export function isWatched({ names }: WatchChoice, name: string): boolean {
	return names?.includes(name) ?? true;
}

/** Whether a look is the first at something that has that name: what it is like then is no change. */
export function isFirstLook({ memory }: Look, name: string): boolean {
	return memory === undefined || !isWatched(memory.watch, name);
}

/** Whether something was there before watching began, as far as is told when it was made. */
export function wasThere({ memory }: Look, created: number | undefined): boolean {
	return memory !== undefined && created !== undefined && created < memory.since - LONG_BEFORE;
}

/** A time as ISO 8601 or in milliseconds since the epoch, in the latter; undefined where it is none. */
export function momentOf(value: unknown): number | undefined {
	const moment = typeof value === 'string' ? Date.parse(value) : value;
	return typeof moment === 'number' && Math.abs(moment) <= LAST_MOMENT ? moment : undefined;
}

/** A time as items hold it. */
export function isoOf(moment: number | undefined): string | null {
	return moment === undefined ? null : new Date(moment).toISOString();
}
