/**
 * Versions of models that are new since the look before, or of these the ones that are better than all before them. People
 * may choose the numbers, and one that was deleted may be given again, so the time counts too.
 */
import { isRecord, type Json } from '../json/json';
import type { ModelVersion } from './modelVersion';
import {
	isFirstLook,
	isoOf,
	isWatched,
	metricIn,
	momentOf,
	remembered,
	wasThere,
	type Changes,
	type Look,
	type Metric,
	type WatchChoice,
	type WatchedItem,
} from './watchMemory';

/**
 * What is known of a model. It changes only with a version that comes out: what is not reported is judged again with each
 * look, and so neither lost nor doubled where n8n has forgotten the last ones.
 */
interface Seen {
	/** The highest number up to which all were looked at. */
	number: number;
	/** The same for the time at which they were made, in milliseconds since the epoch. */
	created: number;
	/** The metric by which they were judged, and its best value so far. */
	metric?: Metric;
	best?: number;
}

const NOTHING: Seen = { number: 0, created: -Infinity };

function readSeen(value: Json | undefined): Seen | undefined {
	if (!isRecord(value) || typeof value.number !== 'number') return undefined;
	const { number, created, best } = value;
	return {
		number,
		created: momentOf(created) ?? -Infinity,
		metric: metricIn(value.metric),
		best: typeof best === 'number' ? best : undefined,
	};
}

function keptOf({ number, created, metric, best }: Seen): Json {
	return {
		number,
		...(Number.isFinite(created) && { created }),
		...(metric && { metric: { ...metric } }),
		...(best !== undefined && { best }),
	};
}

/** A model is called whatever its owner likes, and some names mean something to JavaScript. */
function keyOf(name: string): string {
	return `model ${name}`;
}

function isAfter({ version, created }: ModelVersion, seen: Seen): boolean {
	return version > seen.number || (created !== undefined && created > seen.created && Number.isFinite(seen.created));
}

/** In the order in which they were made. */
function inOrder(versions: ModelVersion[]): ModelVersion[] {
	return versions.toSorted((one, other) => {
		const isTold = one.created !== undefined && other.created !== undefined;
		return (isTold ? (one.created ?? 0) - (other.created ?? 0) : 0) || one.version - other.version;
	});
}

/** The value of the metric; undefined where the version has none. */
function valueOf({ metrics }: ModelVersion, { name }: Metric): number | undefined {
	return Object.hasOwn(metrics, name) ? metrics[name] : undefined;
}

function isBetter(value: number, best: number | undefined, { better }: Metric): boolean {
	return best === undefined || (better === 'higher' ? value > best : value < best);
}

function bestOf(versions: ModelVersion[], metric: Metric | undefined, start?: number): number | undefined {
	if (!metric) return undefined;
	const values = versions.map((version) => valueOf(version, metric)).filter((value) => value !== undefined);
	return values.reduce<number | undefined>((best, value) => (isBetter(value, best, metric) ? value : best), start);
}

/** What is known once these have been looked at. */
function lookedAt(seen: Seen, versions: ModelVersion[], metric: Metric | undefined): Seen {
	return {
		number: Math.max(seen.number, ...versions.map(({ version }) => version)),
		created: Math.max(seen.created, ...versions.map(({ created }) => created ?? -Infinity)),
		metric,
		best: bestOf(versions, metric, seen.best),
	};
}

/** A version that comes out, with the best value before it. */
interface Found {
	version: ModelVersion;
	before?: number;
}

/** Those that are wanted of the versions behind what is known. */
function judged(versions: ModelVersion[], { best }: Seen, metric: Metric | undefined): Found[] {
	if (!metric) return versions.map((version) => ({ version }));
	const found: Found[] = [];
	let before = best;
	for (const version of versions) {
		const value = valueOf(version, metric);
		if (value === undefined || !isBetter(value, before, metric)) continue;
		found.push({ version, before });
		before = value;
	}
	return found;
}

function isSame(one: Metric | undefined, other: Metric | undefined): boolean {
	return one?.name === other?.name && one?.better === other?.better;
}

export function modelChanges(look: Look, all: ModelVersion[]): Changes {
	const { memory, watch } = look;
	const items: WatchedItem[] = [];
	const seen: Record<string, Json> = {};
	for (const [name, versions] of byName(all, watch)) {
		const isFirst = isFirstLook(look, name);
		const known = isFirst ? undefined : readSeen(memory?.seen[keyOf(name)]);
		// What was there before watching began is no news, though the look that should have seen it has not.
		const old = versions.filter(({ created }) => isFirst || wasThere(look, created));
		const recent = versions.filter((version) => !old.includes(version));
		const before = known ?? { ...NOTHING, metric: memory?.watch.metric };
		const { found, after } =
			isFirst || isSame(before.metric, watch.metric)
				? continued(recent, lookedAt(before, old, watch.metric), watch)
				: edited(versions, recent, before, watch);
		// Of a model of which nothing has come out yet, nothing has to be remembered either.
		if (known || found.length > 0 || old.length > 0) seen[keyOf(name)] = keptOf(after);
		items.push(...found.map((one) => itemOf(look, versions, one)));
	}
	return { items, memory: remembered(look, seen) };
}

interface Step {
	found: Found[];
	after: Seen;
}

function continued(versions: ModelVersion[], start: Seen, { metric }: WatchChoice): Step {
	const found = judged(inOrder(versions.filter((version) => isAfter(version, start))), start, metric);
	return {
		found,
		after: lookedAt(
			start,
			found.map(({ version }) => version),
			metric,
		),
	};
}

/** The first look after another metric was chosen: what came before it comes out where it was wanted then, and is now. */
function edited(versions: ModelVersion[], recent: ModelVersion[], before: Seen, { metric }: WatchChoice): Step {
	const fresh = inOrder(recent.filter((one) => isAfter(one, before)));
	const earlier = versions.filter((one) => !fresh.includes(one));
	const then = judged(fresh, before, before.metric).map(({ version }) => version);
	const now = judged(fresh, { ...before, best: bestOf(earlier, metric) }, metric);
	return {
		found: now.filter(({ version }) => then.includes(version)),
		after: lookedAt({ ...before, best: undefined }, versions, metric),
	};
}

function byName(versions: ModelVersion[], watch: WatchChoice): Map<string, ModelVersion[]> {
	const models = new Map<string, ModelVersion[]>();
	for (const version of versions) {
		if (!isWatched(watch, version.name)) continue;
		const own = models.get(version.name) ?? [];
		own.push(version);
		models.set(version.name, own);
	}
	return models;
}

function itemOf({ place, watch: { metric }, at }: Look, versions: ModelVersion[], found: Found): WatchedItem {
	const { version, before } = found;
	const lower = versions.map((one) => one.version).filter((number) => number < version.version);
	return {
		event: 'modelVersion',
		project: place.project,
		model: version.name,
		before: lower.length > 0 ? Math.max(...lower) : null,
		after: version.version,
		at: isoOf(version.created ?? at),
		...(metric && { metric: metric.name, value: valueOf(version, metric) ?? null, bestBefore: before ?? null }),
		metrics: version.metrics,
		framework: version.framework,
		description: version.description,
		createdBy: version.createdBy,
	};
}

/** The newest version as an item, or the best one where a metric is chosen. */
export function modelSample(look: Look, all: ModelVersion[]): WatchedItem | undefined {
	const { metric } = look.watch;
	const ordered = inOrder(all.filter(({ name }) => isWatched(look.watch, name)));
	const newest = ordered.at(-1);
	const own = ordered.filter(({ name }) => name === newest?.name);
	const found = metric ? judged(own, NOTHING, metric).at(-1) : newest && { version: newest };
	return found && itemOf(look, own, found);
}
