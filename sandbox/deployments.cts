/** The deployments of a cluster as they live: found and added to. */
import { designs, projects, type Design, type Project } from './designs.cts';
import { kserve } from './kserve.cts';
import { Lifecycle, type Pace } from './lifecycle.cts';
import { fraud } from './models/fraud.cts';
import { isObject } from './reply.cts';

/** What host names end with. */
export const DOMAIN = 'hopsworks.ai';

export interface Deployment extends Design {
	lifecycle: Lifecycle;
	/** By name, each a JSON value as text. */
	tags: Map<string, string>;
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
}

/** Changes those settings that are given. */
export function change(settings: Settings, given: Record<string, unknown>): void {
	const { pace, listForm } = given;
	if (isObject(pace)) {
		for (const name of ['start', 'stop', 'idle', 'wake', 'route'] as const) {
			if (name in pace) settings.pace[name] = Number(pace[name]);
		}
	}
	if ('replicas' in given) settings.replicas = Number(given.replicas);
	if (listForm !== undefined) settings.listForm = listForm === 'bare' ? 'bare' : 'counted';
	for (const name of ['hasLoadBalancer', 'isOld'] as const) {
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
	};
	readonly deployments: Deployment[];
	/** The ports of its gateway, where it is reached over TLS too. */
	tls?: { http: number; https: number };

	constructor() {
		this.deployments = designs.map((design) => this.build(design));
	}

	build(design: Design): Deployment {
		return { ...design, lifecycle: new Lifecycle(design.status, this.settings.pace, design), tags: new Map() };
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
			const answer = kserve(name, fraud);
			this.deployments.push(this.build({ id: 1000 + number, name, project, status, modelServer: 'PYTHON', answer }));
		}
	}
}
