/** The model registries of a cluster: the versions of each project's models, with their metrics and what they predict. */
import type { Project } from './designs.cts';
import type { Model, Predict } from './models/model.cts';

/** How a model was trained, and how well it did then. */
export interface Training {
	parameters?: Record<string, number>;
	metrics?: Record<string, number>;
}

export interface ModelVersion {
	project: Project;
	name: string;
	version: number;
	framework: string;
	metrics: Record<string, number>;
	/** In milliseconds, as the REST API tells it. */
	created: number;
	/** What trains it anew, and what this version predicts; nothing where a deployment brings its own server. */
	model?: Model;
	predict?: Predict;
}

/** When the first version of every model was registered; each later one a month after. */
const FIRST = Date.parse('2026-09-01T07:00:00Z');
const MONTH = 30 * 24 * 3600_000;

export class Registry {
	readonly models: ModelVersion[] = [];

	/** The versions of a model, oldest first. */
	versionsOf(project: Project, name: string): ModelVersion[] {
		return this.models.filter((one) => one.project === project && one.name === name);
	}

	find(project: Project, name: unknown, version: unknown): ModelVersion | undefined {
		return this.models.find((one) => one.project === project && one.name === name && one.version === version);
	}

	/** The model of a deployment, with all the versions that it was designed with; once. */
	enter(project: Project, name: string, framework: string, trainings: Training[], model?: Model): void {
		if (this.versionsOf(project, name).length > 0) return;
		for (const [index, training] of trainings.entries()) {
			const created = FIRST + index * MONTH;
			this.models.push(version({ project, name, version: index + 1, framework, created, model }, training));
		}
	}

	/** A further version of a model that is there; undefined where none is. */
	train(project: Project, name: string, training: Training): ModelVersion | undefined {
		const last = this.versionsOf(project, name).at(-1);
		if (!last) return undefined;
		const next = version({ ...last, version: last.version + 1, created: Date.now() }, training);
		this.models.push(next);
		return next;
	}
}

function version(known: Omit<ModelVersion, 'metrics' | 'predict'>, training: Training): ModelVersion {
	const { parameters = {}, metrics = {} } = training;
	return { ...known, metrics, predict: known.model?.(parameters) };
}
