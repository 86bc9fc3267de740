/** Routes of the REST API about projects and the cluster, with what Hopsworks' own client asks for when it logs in (backend: `ProjectService.java`; hopsworks-api: `client/external.py`). */
import { DOMAIN } from './deployments.cts';
import type { Project } from './designs.cts';
import { json } from './reply.cts';
import { inProject, refused, type Route } from './restRoute.cts';

/** The release that the sandbox stands for. */
const RELEASE = '5.2.1';

/** The keys' user, and somebody else. */
const ada = { uid: 10001, username: 'adaexamp', email: 'ada@example.com', fname: 'Ada', lname: 'Example' };
const bo = { uid: 10002, username: 'boexampl', email: 'bo@example.com', fname: 'Bo', lname: 'Example' };

const ownerOf = ({ role }: Project): typeof ada => (role === 'Data owner' ? ada : bo);

function membership(project: Project): object {
	const { id, name, namespace, role: teamRole } = project;
	return {
		project: { id, name, owner: ownerOf(project), creationStatus: 'DONE', namespace },
		user: ada,
		projectTeamPK: { projectId: id, teamMember: ada.email },
		teamRole,
	};
}

function projectInfo(project: Project): object {
	const { id, name, namespace } = project;
	return { projectId: id, projectName: name, owner: ownerOf(project).email, creationStatus: 'DONE', namespace };
}

/** Stands where the certificates of a user would: the client writes them to files, and reads none of them to serve models. */
const NONE = 'none in the sandbox';
const credentials = {
	fileExtension: 'jks',
	kStore: Buffer.from(NONE).toString('base64'),
	tStore: Buffer.from(NONE).toString('base64'),
	password: NONE,
	caChain: NONE,
	clientCert: NONE,
	clientKey: NONE,
};

const VARIABLES: Record<string, string> = {
	enable_data_science_profile: 'true',
	kube_keda_installed: 'true',
	kube_knative_domain_name: DOMAIN,
	kube_kserve_installed: 'true',
	// No limits.
	kube_serving_min_num_instances: '-1',
	kube_serving_max_num_instances: '-1',
};

export const projectRoutes: Route[] = [
	{
		method: 'GET',
		path: /^\/project$/,
		scope: 'PROJECT',
		answer: ({ cluster }) => json(200, cluster.projects.filter(({ role }) => role !== undefined).map(membership)),
	},
	{
		method: 'GET',
		path: /^\/project\/getProjectInfo\/([^/]+)$/,
		scope: 'PROJECT',
		answer: ({ cluster, parts: [name = ''] }) => {
			const project = cluster.projects.find((one) => one.name === name);
			if (!project) return refused(400, 150004, "Project wasn't found.", `project: ${name}`);
			if (!project.role) return refused(400, 120011, 'Project not accessible to user');
			return json(200, projectInfo(project));
		},
	},
	{
		method: 'GET',
		path: /^\/project\/([^/]+)\/credentials$/,
		scope: 'PROJECT',
		answer: inProject(() => json(200, credentials)),
	},
	{
		method: 'GET',
		path: /^\/project\/([^/]+)\/dataset\/Models$/,
		scope: 'DATASET_VIEW',
		answer: inProject(({ name }) =>
			json(200, { attributes: { name: 'Models', path: `/Projects/${name}/Models`, dir: true } }),
		),
	},
	{
		method: 'GET',
		path: /^\/variables\/versions$/,
		answer: () => json(200, [{ software: 'hopsworks', version: RELEASE }]),
	},
	{
		method: 'GET',
		path: new RegExp(`^/variables/(${Object.keys(VARIABLES).join('|')})$`),
		answer: ({ parts: [name = ''] }) => json(200, { successMessage: VARIABLES[name] }),
	},
];
