/** What a route of the REST API is, whom it is about, and how it refuses. */
import type { Cluster, Deployment } from './deployments.cts';
import type { Project } from './designs.cts';
import type { Scope } from './keys.cts';
import { json, type Call, type Reply } from './reply.cts';

export interface Asked {
	cluster: Cluster;
	call: Call;
	/** Parts of the path. */
	parts: string[];
}

export interface Route {
	method: string;
	path: RegExp;
	/** What the key has to be good for; nothing where no key is asked for. */
	scope?: Scope;
	answer(asked: Asked): Reply | Promise<Reply>;
}

export function refused(status: number, errorCode: number, errorMsg: string, usrMsg?: string): Reply {
	return json(status, { errorCode, errorMsg, ...(usrMsg !== undefined && { usrMsg }) });
}

/** What only an owner may do. */
export const FORBIDDEN = refused(403, 150068, 'Your project role does not allow to perform this action.');

export function counted(items: unknown[]): Reply {
	return json(200, { count: items.length, items });
}

/** A list of those that occur in both forms. */
export function list({ settings }: Cluster, items: unknown[]): Reply {
	return settings.listForm === 'bare' ? json(200, items) : counted(items);
}

export function inProject(answer: (project: Project, asked: Asked) => Reply | Promise<Reply>): Route['answer'] {
	return (asked) => {
		const id = Number(asked.parts[0]);
		const project = asked.cluster.projects.find((one) => one.id === id);
		if (!project) return refused(400, 150004, "Project wasn't found.", `projectId: ${id}`);
		if (!project.role) return refused(400, 120011, 'Project not accessible to user');
		return answer(project, asked);
	};
}

/** The deployment whose number is the second part of the path. */
export function onDeployment(
	answer: (deployment: Deployment, asked: Asked) => Reply | Promise<Reply>,
): Route['answer'] {
	return inProject((project, asked) => {
		const id = Number(asked.parts[1]);
		const deployment = asked.cluster.deployments.find((one) => one.project === project && one.id === id);
		return deployment ? answer(deployment, asked) : refused(404, 240000, 'Serving instance not found');
	});
}

/** What only an owner of the project may do with a deployment. */
export function asOwner(answer: (deployment: Deployment, asked: Asked) => Reply | Promise<Reply>): Route['answer'] {
	return onDeployment((deployment, asked) =>
		deployment.project.role === 'Data owner' ? answer(deployment, asked) : FORBIDDEN,
	);
}
