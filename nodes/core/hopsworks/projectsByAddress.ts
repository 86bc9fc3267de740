/** Whether an address belongs to the project that is meant: two projects may have deployments of the same name. */
import { quoted } from '../failure/excerpt';
import { badInput, success, type Failed, type Outcome } from '../failure/outcome';
import type { Target } from './address';
import type { DeploymentRecord, Project } from './deploymentRecord';
import { namespaceOf } from './name';
import { isRestApi } from './route';

/** A named deployment, and where it is called. */
interface Claim {
	target: Target;
	project: string;
	record?: DeploymentRecord;
}

/** The addresses of a run, each of which one project's deployment answers at. */
export class ProjectsByAddress {
	private readonly claims = new Map<string, Claim>();

	/**
	 * Fails where the address of a deployment is already that of another project's: their namespaces were made of alike names, or
	 * an option gives both the same one, and one of them would get the other's answers.
	 */
	claim(claim: Claim): Outcome<undefined> {
		const { target, project, record } = claim;
		const key = `${target.host ?? ''} ${target.url}`;
		const first = this.claims.get(key) ?? claim;
		this.claims.set(key, first);
		// Hopsworks may take two spellings for the same project.
		const isSame = first.project === project || (record !== undefined && first.record?.id === record.id);
		if (isSame || first.project === '' || project === '') return success(undefined);
		return badInput(
			`The deployment '${target.deployment}' of the project ${quoted(project)} has the same address as that of ${quoted(first.project)}`,
			"One of them would get the other's answers. Fill in 'Hopsworks URL' in the credential, so that the node can ask for their namespaces. 'Namespace' and 'Host Header' in the options must differ by project, or be left out.",
		);
	}
}

/**
 * The failure of a pasted URL that is not in the project in which a record was found by its name; undefined where it may be. The
 * URL tells the namespace, or the number of the project where Hopsworks passes requests on.
 */
export function elsewhere(
	{ url, deployment }: Target,
	{ namespace }: DeploymentRecord,
	{ id, name }: Project,
): Failed | undefined {
	const parts = new URL(url).pathname.split('/').slice(1).map(decodeURIComponent);
	const at = parts.findIndex((part, index) => part === 'v1' && parts[index + 2] === deployment);
	const pasted = parts[at + 1] ?? '';
	// Where no path leads to it: TensorFlow Serving's `/v1/models/<name>/versions/2`.
	const tells = at !== -1 && pasted !== 'models' && namespace !== '';
	const isOther = isRestApi(parts) ? parts[3] !== String(id) : tells && namespaceOf(pasted) !== namespace;
	if (!isOther) return undefined;
	return badInput(
		`The deployment's URL is not in the project ${quoted(name)}, where a deployment '${deployment}' was found`,
		"Set 'Project' in the options, or in the credential, to the project of the URL; or choose the deployment by its name.",
	);
}
