/** What a trigger makes of two looks at Hopsworks: whatever happens in between, each change comes out once. */
import fc from 'fast-check';
import { readDeployment, type DeploymentRecord } from '../nodes/core/hopsworks/deploymentRecord';
import type { DeploymentVersion } from '../nodes/core/hopsworks/deploymentVersion';
import { modelChanges } from '../nodes/core/hopsworks/modelChanges';
import type { ModelVersion } from '../nodes/core/hopsworks/modelVersion';
import { stateChanges } from '../nodes/core/hopsworks/stateChanges';
import { toAskForVersions, versionChanges } from '../nodes/core/hopsworks/versionChanges';
import {
	momentOf,
	readMemory,
	watchOf,
	type Changes,
	type Look,
	type WatchChoice,
	type WatchedItem,
} from '../nodes/core/hopsworks/watchMemory';
import { read } from './support/json.cts';

/** Cases in one run; `npm run test:faults` takes more. */
const CASES = 5 * Number(process.env.PROPERTY_CASES ?? 100);

const PLACE = { hopsworks: 'https://hopsworks.example.com', projectId: 119, project: 'shop' };
const START = Date.parse('2026-11-30T12:00:00Z');
const HOUR = 3600_000;

/** A trigger in an n8n that keeps its memory as n8n does: with items and after an activation, and else only until a restart. */
class Trigger {
	items: WatchedItem[] = [];
	private kept = 'null';
	private held = 'null';

	constructor(
		public watch: WatchChoice,
		private readonly compare: (look: Look) => Changes,
	) {}

	private look(at: number): void {
		const memory = readMemory(read(this.held), PLACE, this.watch);
		const changes = this.compare({ place: PLACE, watch: this.watch, memory, at });
		this.held = JSON.stringify(changes.memory);
		if (changes.items.length > 0) this.kept = this.held;
		this.items.push(...changes.items);
	}

	poll(at: number): void {
		this.look(at);
	}

	/** n8n ends without a word, and looks as soon as it is there again. */
	restart(at: number): void {
		this.held = this.kept;
		this.look(at);
		this.kept = this.held;
	}

	edit(watch: WatchChoice, at: number): void {
		this.watch = watch;
		this.restart(at);
	}

	get size(): number {
		return this.kept.length;
	}
}

function deployment(id: number, more: Record<string, string | number | null> = {}): DeploymentRecord {
	const record = readDeployment({ id, name: `d${id}`, created: new Date(START).toISOString(), ...more });
	if (!record) throw new Error('no deployment');
	return record;
}

function versionsUpTo(highest: number): DeploymentVersion[] {
	return Array.from({ length: highest }, (_, index) => ({
		version: index + 1,
		isActive: index + 1 === highest,
		created: new Date(START + index).toISOString(),
		createdBy: 'Ada',
		updated: '',
		updatedBy: '',
		modelName: 'fraud',
		modelVersion: 1,
		modelServer: 'PYTHON',
		raw: {},
	}));
}

function model(name: string, version: number, more: Partial<ModelVersion> = {}): ModelVersion {
	return { name, version, metrics: {}, framework: '', description: '', createdBy: '', ...more };
}

/** A state, and when the start was that led to it. */
const entered = (state: unknown, deployed: number | null): string => [state, deployed].map(String).join(' ');

/** What comes out of an item, in few letters. */
const short = ({ deployment: name, model: of, before, after }: WatchedItem): string =>
	[name ?? of, before, after].map(String).join(' ');

describe('states', () => {
	const states = ['Created', 'Starting', 'Running', 'Idle', 'Updating', 'Failed', 'Stopping', 'Stopped'];
	const step = fc.oneof(
		{ weight: 6, arbitrary: fc.record({ does: fc.constant('change'), id: fc.nat(4), to: fc.constantFrom(...states) }) },
		{ weight: 4, arbitrary: fc.record({ does: fc.constant('poll') }) },
		{
			weight: 1,
			arbitrary: fc.record({ does: fc.constantFrom('restart', 'away', 'half', 'empty', 'remake'), id: fc.nat(4) }),
		},
	);
	interface Step {
		does: string;
		id?: number;
		to?: string;
	}

	test('every change between two looks comes out once, whatever else happens', () => {
		fc.assert(
			fc.property(fc.array<Step>(step, { maxLength: 60 }), (steps) => {
				const there = new Map([0, 1, 2, 3, 4].map((id) => [id, 'Running']));
				let shown = [...there.keys()];
				let next = 5;
				const list = () => shown.map((id) => deployment(id, { status: there.get(id) ?? '' }));
				const trigger = new Trigger(watchOf('deploymentState'), (look) => stateChanges(look, list()));
				trigger.poll(START);
				trigger.restart(START);
				const seen = new Map(there);
				const expected: string[] = [];
				for (const { does, id = 0, to = '' } of steps) {
					const own = [...there.keys()][id] ?? 0;
					if (does === 'change') there.set(own, to);
					if (does === 'remake') {
						there.delete(own);
						there.set(next++, 'Created');
					}
					if (['change', 'remake', 'away'].includes(does)) continue;
					const all = [...there.keys()];
					shown = does === 'half' ? all.slice(id) : does === 'empty' ? [] : all;
					for (const one of shown) {
						const state = there.get(one) ?? '';
						if (seen.get(one) !== state) expected.push(`d${one} ${String(seen.get(one) ?? null)} ${state}`);
						seen.set(one, state);
					}
					if (does === 'restart') trigger.restart(START);
					else trigger.poll(START);
				}
				expect(trigger.items.map(short)).toEqual(expected);
			}),
			{ numRuns: CASES },
		);
	});

	test('with chosen states, each time that a deployment came into one comes out once, also where n8n has forgotten that it left', () => {
		const life = fc.array(fc.constantFrom('start', 'fail', 'stop', 'poll', 'restart', 'away'), { maxLength: 60 });
		fc.assert(
			fc.property(life, fc.subarray(['Running', 'Failed'], { minLength: 1 }), (steps, wanted) => {
				let now = START;
				let state = 'Stopped';
				let deployed: number | null = null;
				const trigger = new Trigger(watchOf('deploymentState', undefined, wanted), (look) =>
					stateChanges(look, [deployment(1, { status: state, deployed })]),
				);
				trigger.restart(now);
				const expected: string[] = [];
				let last = entered(state, deployed);
				for (const does of steps) {
					now += HOUR;
					if (does === 'start' || does === 'fail') {
						state = does === 'start' ? 'Running' : 'Failed';
						deployed = now - HOUR / 2;
					}
					if (does === 'stop') state = 'Stopped';
					if (does !== 'poll' && does !== 'restart') continue;
					const seen = entered(state, deployed);
					if (seen !== last && wanted.includes(state)) expected.push(seen);
					last = seen;
					if (does === 'poll') trigger.poll(now);
					else trigger.restart(now);
				}
				const enteredBy = ({ after, startedAt }: WatchedItem): string => entered(after, momentOf(startedAt) ?? null);
				expect(trigger.items.map(enteredBy)).toEqual(expected);
			}),
			{ numRuns: CASES },
		);
	});

	test('an edit tells nothing of what was not watched before, and loses nothing of what stays watched', () => {
		const now = ['Running', 'Running', 'Running'];
		const list = () => now.map((status, id) => deployment(id, { status }));
		const trigger = new Trigger(watchOf('deploymentState', ['d0', 'd1']), (look) => stateChanges(look, list()));
		trigger.restart(START);
		now.splice(0, 3, 'Failed', 'Failed', 'Failed');
		trigger.edit(watchOf('deploymentState', ['d1', 'd2']), START);
		expect(trigger.items.map(short)).toEqual(['d1 Running Failed']);
		now.splice(0, 3, 'Stopped', 'Stopped', 'Stopped');
		trigger.poll(START);
		expect(trigger.items.slice(1).map(short)).toEqual(['d1 Failed Stopped', 'd2 Failed Stopped']);
	});

	test('an edit of the states does not tell what was not asked for when it happened', () => {
		let status = 'Running';
		const trigger = new Trigger(watchOf('deploymentState', undefined, ['Failed']), (look) =>
			stateChanges(look, [deployment(1, { status })]),
		);
		trigger.restart(START);
		status = 'Stopped';
		trigger.poll(START);
		trigger.edit(watchOf('deploymentState', undefined, ['Failed', 'Stopped']), START);
		expect(trigger.items).toEqual([]);
		status = 'Starting';
		trigger.poll(START);
		status = 'Stopped';
		trigger.poll(START);
		expect(trigger.items.map(short)).toEqual(['d1 Starting Stopped']);
	});

	test('a state that no release has yet goes by its own name, and none at all is no change', () => {
		let status: string | null = 'Running';
		const trigger = new Trigger(watchOf('deploymentState'), (look) => stateChanges(look, [deployment(1, { status })]));
		trigger.restart(START);
		for (const next of ['Paused', null, 'PAUSED', 'running']) {
			status = next;
			trigger.poll(START);
		}
		expect(trigger.items.map(short)).toEqual(['d1 Running Paused', 'd1 Paused PAUSED', 'd1 PAUSED Running']);
	});

	test('a start that has only just been made is waited for, until its state is the one of after', () => {
		let record = deployment(1, { status: 'Failed', deployed: START - HOUR });
		const trigger = new Trigger(watchOf('deploymentState'), (look) => stateChanges(look, [record]));
		trigger.restart(START);
		record = deployment(1, { status: 'Failed', deployed: START });
		trigger.poll(START + 60_000);
		expect(trigger.items).toEqual([]);
		trigger.poll(START + 130_000);
		trigger.poll(START + 190_000);
		expect(trigger.items.map(short)).toEqual(['d1 Failed Failed']);
	});
});

describe('versions of deployments', () => {
	const step = fc.record({
		does: fc.constantFrom('save', 'save', 'rollBack', 'poll', 'poll', 'restart', 'half', 'edit', 'remake'),
		id: fc.nat(3),
		names: fc.option(fc.subarray(['d0', 'd1', 'd2', 'd3', 'd4', 'd5', 'd6'], { minLength: 1 }), { nil: undefined }),
	});

	test('every version that is made while its deployment is watched comes out once, in its order', () => {
		fc.assert(
			fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
				let changes = 0;
				let next = 4;
				const there = new Map([0, 1, 2, 3].map((id) => [id, { highest: 2, active: 2, deployed: 0 }]));
				let shown = [...there.keys()];
				const list = () =>
					shown.map((id) =>
						deployment(id, { version: there.get(id)?.active ?? 1, deployed: START + (there.get(id)?.deployed ?? 0) }),
					);
				const trigger = new Trigger(watchOf('deploymentVersion'), (look) => {
					const records = list();
					const asked = toAskForVersions(look, records);
					const versions = new Map(asked.map(({ id }) => [id, versionsUpTo(there.get(id)?.highest ?? 0)]));
					return versionChanges(look, records, versions);
				});
				trigger.restart(START);
				/** Versions that no look has seen yet, each with whether it has been watched all along. */
				let open = new Map<string, number>();
				const expected: string[] = [];
				for (const { does, id, names } of steps) {
					const own = [...there.keys()][id] ?? 0;
					const entry = there.get(own);
					const isWatched = (name: string): boolean => trigger.watch.names?.includes(name) ?? true;
					if (does === 'save' && entry) {
						Object.assign(entry, { highest: entry.highest + 1, active: entry.highest + 1, deployed: ++changes });
						if (isWatched(`d${own}`)) open.set(`d${own} ${entry.highest}`, own);
					} else if (does === 'rollBack' && entry) Object.assign(entry, { active: 1, deployed: ++changes });
					else if (does === 'remake') {
						there.delete(own);
						open = new Map([...open].filter(([, of]) => of !== own));
						if (isWatched(`d${next}`)) open.set(`d${next} 1`, next);
						there.set(next++, { highest: 1, active: 1, deployed: ++changes });
					}
					if (['save', 'rollBack', 'remake'].includes(does)) continue;
					const watch = does === 'edit' ? watchOf('deploymentVersion', names) : trigger.watch;
					const stays = (name: string): boolean => watch.names?.includes(name) ?? true;
					open = new Map([...open].filter(([, of]) => stays(`d${of}`)));
					const all = [...there.keys()];
					shown = does === 'half' ? all.slice(id) : all;
					for (const one of shown) {
						for (const [version, of] of open) if (of === one) expected.push(version);
					}
					open = new Map([...open].filter(([, of]) => !shown.includes(of)));
					if (does === 'edit') trigger.edit(watch, START);
					else if (does === 'restart') trigger.restart(START);
					else trigger.poll(START);
				}
				const told = trigger.items.map(({ deployment: name, after }) => [name, after].map(String).join(' '));
				expect(told).toEqual(expected);
			}),
			{ numRuns: CASES },
		);
	});

	test('a version between two others comes out, though it is not listed', () => {
		let highest = 1;
		const trigger = new Trigger(watchOf('deploymentVersion'), (look) => {
			const records = [deployment(1, { version: highest })];
			const listed = versionsUpTo(highest).filter(({ version }) => version !== 2);
			return versionChanges(look, records, new Map(toAskForVersions(look, records).map(({ id }) => [id, listed])));
		});
		trigger.restart(START);
		highest = 3;
		trigger.poll(START);
		expect(trigger.items.map(short)).toEqual(['d1 1 2', 'd1 2 3']);
	});

	test('a number as large as any does not fill the memory', () => {
		let highest = 1;
		const trigger = new Trigger(watchOf('deploymentVersion'), (look) => {
			const records = [deployment(1, { version: highest })];
			return versionChanges(look, records, new Map(records.map(({ id }) => [id, []])));
		});
		trigger.restart(START);
		highest = Number.MAX_SAFE_INTEGER;
		trigger.poll(START);
		expect(trigger.items.map(({ after }) => after)).toEqual([Number.MAX_SAFE_INTEGER]);
	});
});

describe('versions of models', () => {
	const names = ['a', 'b', '__proto__', 'constructor'];
	const metric = { name: 'f1', better: 'higher' } as const;
	const step = fc.record({
		does: fc.constantFrom('train', 'train', 'delete', 'poll', 'poll', 'restart', 'half', 'empty'),
		name: fc.constantFrom(...names),
		value: fc.option(fc.nat(20)),
	});

	test.each([
		['every version', undefined],
		['every version that is better than all before it', metric],
	])('%s comes out once, also one with the number of one that was deleted', (_name, chosen) => {
		fc.assert(
			fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
				let now = START;
				let there = [model('a', 1, { created: START - 2, metrics: { f1: 5 } }), model('b', 3, { created: START - 1 })];
				let shown = there;
				const best = new Map([['a', 5]]);
				const trigger = new Trigger(watchOf('modelVersion', undefined, undefined, chosen), (look) =>
					modelChanges(look, shown),
				);
				trigger.restart(START);
				let open: ModelVersion[] = [];
				const expected: number[] = [];
				for (const { does, name, value } of steps) {
					now++;
					const own = there.filter((one) => one.name === name);
					if (does === 'train') {
						const version = Math.max(0, ...own.map((one) => one.version)) + 1;
						const made = model(name, version, { created: now, metrics: value === null ? {} : { f1: value } });
						there = [...there, made];
						open.push(made);
					}
					if (does === 'delete') {
						there = there.filter((one) => one !== own.at(-1));
						open = open.filter((one) => one !== own.at(-1));
					}
					if (does === 'train' || does === 'delete') continue;
					shown = does === 'half' ? there.filter((one) => one.name === name) : does === 'empty' ? [] : there;
					const seen = open.filter((one) => shown.includes(one));
					open = open.filter((one) => !shown.includes(one));
					const models = [...new Set(shown.map((one) => one.name))];
					for (const made of models.flatMap((of) => seen.filter((one) => one.name === of))) {
						const reached = made.metrics.f1;
						const isBest = reached !== undefined && reached > (best.get(made.name) ?? -1);
						if (isBest) best.set(made.name, reached);
						if (isBest || chosen === undefined) expected.push(made.created ?? 0);
					}
					if (does === 'restart') trigger.restart(now);
					else trigger.poll(now);
				}
				expect(trigger.items.map(({ at }) => momentOf(at))).toEqual(expected);
			}),
			{ numRuns: CASES },
		);
	});

	test('another metric, or none, tells nothing of old versions', () => {
		let all = [model('a', 1, { metrics: { f1: 5, loss: 0.5 } })];
		const trigger = new Trigger(watchOf('modelVersion', undefined, undefined, metric), (look) =>
			modelChanges(look, all),
		);
		trigger.restart(START);
		all = [...all, model('a', 2, { metrics: { f1: 4, loss: 0.4 } })];
		trigger.poll(START);
		trigger.edit(watchOf('modelVersion', undefined, undefined, { name: 'loss', better: 'lower' }), START);
		all = [...all, model('a', 3, { metrics: { f1: 3, loss: 0.45 } }), model('a', 4, { metrics: { f1: 3, loss: 0.3 } })];
		trigger.poll(START);
		expect(trigger.items.map(short)).toEqual(['a 3 4']);
		expect(trigger.items[0]).toMatchObject({ metric: 'loss', value: 0.3, bestBefore: 0.4 });
		trigger.edit(watchOf('modelVersion'), START);
		expect(trigger.items).toHaveLength(1);
		all = [...all, model('a', 5)];
		trigger.poll(START);
		expect(trigger.items.slice(1).map(short)).toEqual(['a 4 5']);
	});

	test('what came shortly before an edit comes out, where it was wanted before and is now', () => {
		let all = [model('a', 1, { metrics: { f1: 5 } })];
		const trigger = new Trigger(watchOf('modelVersion'), (look) => modelChanges(look, all));
		trigger.restart(START);
		all = [...all, model('a', 2, { metrics: { f1: 4 } }), model('a', 3, { metrics: { f1: 6 } })];
		trigger.edit(watchOf('modelVersion', undefined, undefined, metric), START);
		expect(trigger.items.map(short)).toEqual(['a 2 3']);
	});

	test('a metric that comes after its version counts when it comes', () => {
		let all = [model('a', 1, { metrics: { f1: 5 } })];
		const trigger = new Trigger(watchOf('modelVersion', undefined, undefined, metric), (look) =>
			modelChanges(look, all),
		);
		trigger.restart(START);
		all = [...all, model('a', 2)];
		trigger.poll(START);
		all = [model('a', 1, { metrics: { f1: 5 } }), model('a', 2, { metrics: { f1: 6 } })];
		trigger.poll(START);
		trigger.poll(START);
		expect(trigger.items.map(short)).toEqual(['a 1 2']);
	});
});

describe('what is kept', () => {
	test('of another project, another Hopsworks or another event, nothing counts', () => {
		let status = 'Running';
		let place = PLACE;
		let watch = watchOf('deploymentState');
		let kept: unknown = undefined;
		const look = (): WatchedItem[] => {
			const memory = readMemory(kept, place, watch);
			const { items, memory: next } = stateChanges({ place, watch, memory, at: START }, [deployment(1, { status })]);
			kept = read(JSON.stringify(next));
			return items;
		};
		look();
		status = 'Failed';
		place = { ...PLACE, projectId: 120 };
		expect(look()).toEqual([]);
		status = 'Stopped';
		place = { ...place, hopsworks: 'https://other.example.com' };
		expect(look()).toEqual([]);
		status = 'Running';
		watch = watchOf('deploymentVersion');
		expect(look()).toEqual([]);
	});

	test.each([
		['nothing', undefined],
		['a text', 'x'],
		['half of it', { place: { hopsworks: PLACE.hopsworks, projectId: 119 } }],
		['something else', { place: [], watch: null, since: 'x', seen: 3 }],
	])('%s is no memory', (_name, kept) => {
		expect(readMemory(kept, PLACE, watchOf('deploymentState'))).toBeUndefined();
	});

	test('entries that are none begin anew, without a change', () => {
		const { place, watch, since } = stateChanges(
			{ place: PLACE, watch: watchOf('deploymentState'), at: START },
			[],
		).memory;
		const created = new Date(START - 2 * HOUR).toISOString();
		for (const seen of [{ 1: 'x' }, { 1: { state: 3 } }, 'x', { 1: null }]) {
			const memory = readMemory({ place, watch, since, seen }, PLACE, watch);
			const records = [deployment(1, { status: 'Failed', created })];
			expect(stateChanges({ place: PLACE, watch, memory, at: START }, records).items).toEqual([]);
		}
	});

	test('a first look that got an empty list does not make all that was there before new', () => {
		const created = new Date(START - 24 * HOUR).toISOString();
		let list: DeploymentRecord[] = [];
		let models: ModelVersion[] = [];
		const states = new Trigger(watchOf('deploymentState'), (look) => stateChanges(look, list));
		const versions = new Trigger(watchOf('deploymentVersion'), (look) =>
			versionChanges(look, list, new Map(list.map(({ id }) => [id, versionsUpTo(3)]))),
		);
		const registered = new Trigger(watchOf('modelVersion'), (look) => modelChanges(look, models));
		const all = [states, versions, registered];
		for (const one of all) one.restart(START);
		list = [deployment(1, { status: 'Running', created })];
		models = [model('a', 1, { created: START - 24 * HOUR })];
		for (const one of all) one.poll(START);
		expect(all.flatMap(({ items }) => items)).toEqual([]);
		list.push(deployment(2, { status: 'Created', created: new Date(START + HOUR).toISOString() }));
		models.push(model('a', 2, { created: START + HOUR }));
		for (const one of all) one.poll(START);
		expect(states.items.map(short)).toEqual(['d2 null Created']);
		expect(versions.items.map(short)).toEqual(['d2 null 1', 'd2 1 2', 'd2 2 3']);
		expect(registered.items.map(short)).toEqual(['a 1 2']);
	});

	test('it stays small: 5,000 deployments, and 25,000 that are gone', () => {
		let first = 0;
		const list = () =>
			Array.from({ length: 5000 }, (_, index) => deployment(first + index, { status: 'Running', deployed: START }));
		const trigger = new Trigger(watchOf('deploymentState'), (look) => stateChanges(look, list()));
		for (; first <= 25_000; first += 5000) trigger.restart(START);
		expect(trigger.size).toBeLessThan(600_000);
	});
});
