/** What Hopsworks means by its error codes, and what a user can do about each ('REST API Status Codes'; backend: `RESTCodes.java`). */
import type { Meaning } from './meaning';
import type { Panel } from './panel';

export const SCOPE_MISSING = 320004;
export const PROJECT_MISSING = 150004;
export const DEPLOYMENT_NOT_FOUND = 240000;
const NOT_RUNNING = 250001;
/** Start or stop is refused: it is there already, or over a quota. */
export const NOT_STARTED = 240003;
export const SCHEMA_MISSING = 240037;

export const KEY_REFUSED: Meaning = {
	message: 'The API key was refused',
	description:
		"Check 'API Key' in the credential: the key alone, without the word 'ApiKey'. If it was deleted, make a new one.",
};
const PROJECT_UNKNOWN: Meaning = {
	message: 'Hopsworks knows no such project',
	description:
		"Check 'Project' in the credential, or in the options of the node: the project's name as Hopsworks shows it. Capital letters count.",
};
const NOT_A_MEMBER: Meaning = {
	message: "The API key's user is not a member of the project",
	description:
		"Ask an owner of the project to add the user, or change 'Project' in the credential or in the options of the node.",
};
export const ROLE_TOO_LOW: Meaning = {
	message: "The user's role in the project does not allow this",
	description:
		'To start, stop or roll back a deployment, you need the role Data Owner. Ask an owner of the project for it.',
};
const DEPLOYMENT_UNKNOWN: Meaning = {
	message: 'The project has no such deployment',
	description:
		"Pick the deployment from the list, or check its name and 'Project', in the credential or in the options. Capital letters count.",
};
export const HOPSWORKS_FAILED: Meaning = {
	message: 'Hopsworks could not carry out the request',
	description:
		"Run it again. If it fails again, look at the deployment's page in Hopsworks, or ask your administrator.",
};
const MODEL_NOT_REACHED: Meaning = {
	message: 'Hopsworks could not reach the deployment',
	description: "Check the deployment's state and logs in Hopsworks.",
};

const MEANINGS: Record<number, Meaning> = {
	100008: {
		message: 'Hopsworks is not available',
		description: 'Its database is being restarted or maintained. Try again later.',
	},
	120001: { message: 'Hopsworks refused the request', description: 'Check the values in the fields of the node.' },
	120011: NOT_A_MEMBER,
	[PROJECT_MISSING]: PROJECT_UNKNOWN,
	150068: ROLE_TOO_LOW,
	200003: KEY_REFUSED,
	[DEPLOYMENT_NOT_FOUND]: DEPLOYMENT_UNKNOWN,
	[NOT_STARTED]: {
		message: 'Hopsworks did not start or stop the deployment',
		description:
			'It may be in that state already, or the project may have used up its quota. Look at its page in Hopsworks.',
	},
	240004: HOPSWORKS_FAILED,
	240005: HOPSWORKS_FAILED,
	240015: {
		message: 'This Hopsworks serves no models',
		description: 'KServe is not installed or turned off there. Ask your administrator.',
	},
	240027: {
		message: 'There are no logs',
		description: 'A stopped deployment has no logs, and one without a transformer has no logs of a transformer.',
	},
	[SCHEMA_MISSING]: {
		message: 'The deployment has no schema',
		description:
			'Schemas come with Hopsworks 5.1, for deployments whose model has a feature view. Name the columns yourself.',
	},
	250000: DEPLOYMENT_UNKNOWN,
	250002: MODEL_NOT_REACHED,
	250003: MODEL_NOT_REACHED,
	250009: KEY_REFUSED,
	250012: MODEL_NOT_REACHED,
	320002: KEY_REFUSED,
	320003: {
		message: "The API key's user may not do this",
		description:
			'Its role does not allow it. To start, stop or roll back a deployment, the user needs the role Data Owner in the project.',
	},
	320012: KEY_REFUSED,
	320013: KEY_REFUSED,
	320014: {
		message: 'The API key has expired',
		description: 'Make a new key in Hopsworks and put it into the credential.',
	},
};

/** What a key lacks, by Hopsworks' own words where they name it. */
export function scopeMissing(text: string): Meaning {
	const scope = /\[([A-Z_, ]+)\]/.exec(text)?.[1];
	const named = scope === undefined ? 'SERVING or PROJECT' : scope;
	return {
		message: `The API key lacks the scope ${named}`,
		description: `Add the scope ${named} to the key in Hopsworks, under your name, Account Settings, API.`,
	};
}

function notRunning({ asks }: Panel): Meaning {
	return {
		message: 'The deployment is not running',
		description: asks === 'hopsworks' ? 'Start it.' : "Start it, or set the option 'When Stopped' to 'Start It'.",
	};
}

/** What an error code says and what to do about it; `undefined` for one that says nothing of its own. */
export function meaningOfCode(code: number | undefined, text: string, panel: Panel): Meaning | undefined {
	if (code === SCOPE_MISSING) return scopeMissing(text);
	if (code === NOT_RUNNING) return notRunning(panel);
	return code === undefined ? undefined : MEANINGS[code];
}
