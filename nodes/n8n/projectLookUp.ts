/** The project of a connection as Hopsworks knows it, asked for once: the one that is named, or the only one. */
import { PROJECT_MISSING } from '../core/failure/errorCodes';
import { success, type Outcome } from '../core/failure/outcome';
import { entriesOf, readProject, type Project } from '../core/hopsworks/deploymentRecord';
import { readName } from '../core/hopsworks/name';
import { noProjectChosen, unknownProject } from '../core/hopsworks/project';
import { pathOf } from '../core/hopsworks/route';
import type { Json } from '../core/json/json';

type Get = <Value>(path: string, read: (json: Json | undefined) => Value | undefined) => Promise<Outcome<Value>>;

/** `given` is the name of the project; '' where none is chosen. */
export function projectLookUp(get: Get, given: string) {
	let known: Promise<Outcome<Project>> | undefined;
	let listed: Promise<Outcome<Project[]>> | undefined;

	async function lookUp(): Promise<Outcome<Project>> {
		if (given.trim() !== '') {
			const name = readName(given, "'Project' in the credential");
			if (!name.ok) return name;
			const found = await get(pathOf(['project', 'getProjectInfo', name.value]), readProject);
			if (found.ok || found.failure.errorCode !== PROJECT_MISSING) return found;
			const others = await projects();
			return others.ok ? unknownProject(found, name.value, others.value) : found;
		}
		const all = await projects();
		if (!all.ok) return all;
		const [only, second] = all.value;
		return only && !second ? success(only) : noProjectChosen(all.value);
	}

	async function project(): Promise<Outcome<Project>> {
		known ??= lookUp();
		return await known;
	}

	async function projects(): Promise<Outcome<Project[]>> {
		listed ??= get('/project', readProjects);
		return await listed;
	}

	return {
		project,
		/** All that the key's user is a member of. */
		projects,
		/** For what is the cluster's, such as its gateway: where none is chosen, any of them will do. */
		async anyProject(): Promise<Outcome<Project>> {
			const found = await project();
			const all = given.trim() === '' && !found.ok ? await projects() : undefined;
			const [first] = all?.ok ? all.value : [];
			return first ? success(first) : found;
		},
	};
}

function readProjects(json: Json | undefined): Project[] | undefined {
	return entriesOf(json)
		?.map(readProject)
		.filter((project) => project !== undefined);
}
