/** The versions of a deployment's configuration: which there are, which is active, and which one answers (Hopsworks documentation, 'Deployment Versions'). */
import type { Call, Reply } from './reply.cts';

export interface Version {
	/** From 1, never given twice. */
	number: number;
	created: string;
	createdBy: string;
	/** Of the last change in place; null until there is one. */
	updated: string | null;
	updatedBy: string | null;
	/** The fields of the record that belong to it. */
	held: Record<string, unknown>;
	/** Why it does not come up, if it does not. */
	failure?: string;
	answer: (call: Call) => Reply;
}

/** What a version is made of; number and dates it gets. */
export type Content = Pick<Version, 'held' | 'failure' | 'answer'>;

export class Versions {
	private readonly kept: Version[];
	private current: Version;
	/** What the instances still serve while those of the active version come up. */
	private before?: Version;

	constructor(versions: [Version, ...Version[]]) {
		this.kept = [...versions];
		this.current = versions.at(-1) ?? versions[0];
	}

	get all(): readonly Version[] {
		return this.kept;
	}

	get active(): Version {
		return this.current;
	}

	find(number: unknown): Version | undefined {
		return this.kept.find((version) => version.number === number);
	}

	/** What answers: while a deployment is updating, the version before. */
	answering(isUpdating: boolean): Version {
		return isUpdating ? (this.before ?? this.current) : this.current;
	}

	/** Makes a version the active one; `served` is the one that answers until it has come up. */
	activate(version: Version, served?: Version): void {
		this.before = served;
		this.current = version;
	}

	/** Keeps a new version; it is not active yet. */
	keep(content: Content, by: string): Version {
		const now = new Date().toISOString();
		const number = Math.max(...this.kept.map((version) => version.number)) + 1;
		const version = { ...content, number, created: now, createdBy: by, updated: null, updatedBy: null };
		this.kept.push(version);
		return version;
	}

	/** Puts other content into the active version, whose number stays. */
	edit(content: Content, by: string): Version {
		return Object.assign(this.current, content, { updated: new Date().toISOString(), updatedBy: by });
	}
}
