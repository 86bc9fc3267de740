/** Which project counts: that of the credential, or where it names none, that of the node; and the failures of both. */
import { excerpt, quoted } from '../failure/excerpt';
import { badInput, failed, success, type Failed, type Outcome } from '../failure/outcome';
import type { Project } from './deploymentRecord';
import { readName } from './name';

/** Names beyond these are not listed, and a longer one is cut. */
const SHOWN_NAMES = 20;
const LONGEST_NAME = 60;

/**
 * The name of the project that counts; '' where neither names one. A node may choose where the credential leaves it open: another
 * project than the credential's is refused, and never taken in silence.
 */
export function chooseProject(ofCredential: string, ofNode: string): Outcome<string> {
	const [limit, chosen] = [ofCredential.trim(), ofNode.trim()];
	if (chosen === '' || chosen === limit) return success(limit);
	const name = readName(chosen, "'Project' in the options");
	if (!name.ok || limit === '') return name;
	return badInput(
		`'Project' in the options is ${quoted(chosen)}, and the credential is for the project ${quoted(limit)}`,
		"Remove 'Project' from the options, use a credential for that project, or leave 'Project' in the credential empty: then every node chooses its own.",
	);
}

/** The projects by name, as a sentence lists them. */
export function projectNames(projects: Project[]): string {
	const names = projects.slice(0, SHOWN_NAMES).map(({ name }) => `'${excerpt(name, LONGEST_NAME)}'`);
	return names.join(', ') + (projects.length > SHOWN_NAMES ? ', …' : '');
}

/** The failure of a choice that neither the credential nor the node has made. */
export function noProjectChosen(projects: Project[]): Failed {
	if (projects.length === 0) {
		return badInput("The API key's user is a member of no project", 'Ask an owner of the project to add the user.');
	}
	return badInput(
		"No project is chosen, and the API key's user is a member of several",
		`Add 'Project' to the options of the node, or fill in 'Project' in the credential. The projects are ${projectNames(projects)}.`,
	);
}

/** The failure of a name that Hopsworks does not know, with those that may have been meant. */
export function unknownProject({ failure }: Failed, name: string, projects: Project[]): Failed {
	const inOtherCase = projects.find((project) => project.name.toLowerCase() === name.toLowerCase());
	if (projects.length === 0) return failed(failure);
	const known = inOtherCase
		? `There is ${quoted(inOtherCase.name)}: capital letters count.`
		: `The projects of the API key's user are ${projectNames(projects)}.`;
	return failed({ ...failure, description: `${failure.description} ${known}` });
}
