/** The deployments of a cluster as they live, and the models behind them: found and added to. */
import type { Alerts } from './alertRoutes.cts';
import { designs, projects, type Design, type Project } from './designs.cts';
import { kserve } from './kserve.cts';
import { Lifecycle, type Pace } from './lifecycle.cts';
import type { LogLine } from './logs.cts';
import { trainedFraud } from './models/fraud.cts';
import { CREATED, CREATOR, frameworkOf, heldBy } from './record.cts';
import { Registry, type ModelVersion } from './registry.cts';
import { empty, isObject, type Reply } from './reply.cts';
import { Versions, type Content, type Version } from './versions.cts';

/** What host names end with. */
export const DOMAIN = 'hopsworks.ai';

export interface Deployment extends Design {
	lifecycle: Lifecycle;
	/** By name, each a JSON value as text. */
	tags: Map<string, string>;
	versions: Versions;
	/** Lines of its logs beside those that it begins with. */
	written: LogLine[];
}

/** How the cluster around the deployments is built; every part can be changed while it runs. */
export interface Settings {
	pace: Pace;
	/** How lists of the REST API are written: both forms occur. */
	listForm: 'bare' | 'counted';
	/** Whether `/inference/endpoints` names a gateway that can be reached from outside. */
	hasLoadBalancer: boolean;
	/** Before path routing: only host names lead to a deployment, and records name no namespace. */
	isOld: boolean;
	/** How many instances a deployment has that runs. */
	replicas: number;
	/** How many of them cannot have their logs read, since their node does not answer. */
	unreadable: number;
	/** After so many bytes of an instance's log the server stops. */
	logBytes: number;
	/** Whether the second project shares its model registry with the first. */
	sharesRegistry: boolean;
}

/** Changes those settings that are given. */
export function change(settings: Settings, given: Record<string, unknown>): void {
	const { pace, listForm } = given;
	if (isObject(pace)) {
		for (const name of ['start', 'stop', 'idle', 'wake', 'route'] as const) {
			if (name in pace) settings.pace[name] = Number(pace[name]);
		}
	}
	for (const name of ['replicas', 'unreadable', 'logBytes'] as const) {
		if (name in given) settings[name] = Number(given[name]);
	}
	if (listForm !== undefined) settings.listForm = listForm === 'bare' ? 'bare' : 'counted';
	for (const name of ['hasLoadBalancer', 'isOld', 'sharesRegistry'] as const) {
		if (name in given) settings[name] = Boolean(given[name]);
	}
}

export class Cluster {
	readonly projects: Project[] = [...projects];
	readonly settings: Settings = {
		pace: { start: 6000, stop: 3000, idle: 90_000, wake: 2000, route: 1000 },
		listForm: 'bare',
		hasLoadBalancer: true,
		isOld: false,
		replicas: 1,
		unreadable: 0,
		logBytes: 1_000_000,
		sharesRegistry: false,
	};
	readonly registry = new Registry();
	/** By the number of the project. */
	readonly alerts = new Map<number, Alerts>();
	readonly deployments: Deployment[];
	/** The ports of its gateway, where it is reached over TLS too. */
	tls?: { http: number; https: number };

	constructor() {
		this.deployments = designs.map((design) => this.build(design));
	}

	build(design: Design): Deployment {
		const { name, project, modelName = name, model, failure, scalesToZero, status } = design;
		const [first = {}, ...later] = design.trainings ?? [];
		this.registry.enter(project, modelName, frameworkOf(design), [first, ...later], model);
		const designed = (number: number): Version => ({
			...this.content(design, heldBy(design, number), this.registry.find(project, modelName, number)),
			failure,
			number,
			// A month after the one before.
			created: new Date(Date.parse(CREATED) + (number - 1) * 30 * 24 * 3600_000).toISOString(),
			createdBy: CREATOR,
			updated: null,
			updatedBy: null,
		});
		const versions = new Versions([designed(1), ...later.map((_, index) => designed(index + 2))]);
		const traits = {
			scalesToZero,
			get failure() {
				return versions.active.failure;
			},
		};
		const lifecycle = new Lifecycle(status, this.settings.pace, traits);
		return { ...design, lifecycle, tags: new Map(), versions, written: [] };
	}

	/** What a version is that holds these fields: the deployment's own server answers, or this version of a model. */
	content({ name, answer }: Design, held: Record<string, unknown>, model: ModelVersion | undefined): Content {
		const served = answer ?? (model?.predict && kserve(name, model.predict));
		return { held, answer: served ?? ((): Reply => empty(503)) };
	}

	find(isIn: (project: Project) => boolean, name: string | undefined): Deployment | undefined {
		return this.deployments.find((deployment) => deployment.name === name && isIn(deployment.project));
	}

	/** Deploys so many more models in the first project: half of them run. */
	add(count: number): void {
		const [project] = projects;
		for (let number = 1; number <= count; number++) {
			const name = `model${String(number).padStart(4, '0')}`;
			const status = number % 2 === 0 ? 'Running' : 'Stopped';
			const design: Design = { id: 1000 + number, name, project, status, modelServer: 'PYTHON', model: trainedFraud };
			this.deployments.push(this.build(design));
		}
	}
}
