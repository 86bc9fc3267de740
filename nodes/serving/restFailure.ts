/** What the Hopsworks REST API means by its error codes, and what a user can do about each ('REST API Status Codes'; backend: `RESTCodes.java`). */
import { errorCodeOf, errorText } from './errorText';
import { statusMessage, type Meaning } from './meaning';
import type { Failure } from './outcome';
import type { Reply } from './reply';

export const SCOPE_MISSING = 320004;
export const DEPLOYMENT_NOT_FOUND = 240000;
/** Start or stop is refused: it is there already, or over a quota. */
export const NOT_STARTED = 240003;
export const SCHEMA_MISSING = 240037;

const KEY_REFUSED: Meaning = {
	says: 'The API key was refused',
	advice:
		"Check 'API Key' in the credential: the key alone, without the word 'ApiKey'. If it was deleted, make a new one.",
};
const PROJECT_UNKNOWN: Meaning = {
	says: 'Hopsworks knows no such project',
	advice: "Check 'Project' in the credential: the project's name as Hopsworks shows it. Capital letters count.",
};
const NOT_A_MEMBER: Meaning = {
	says: "The API key's user is not a member of the project",
	advice: "Ask an owner of the project to add the user, or change 'Project' in the credential.",
};
const ROLE_TOO_LOW: Meaning = {
	says: "The user's role in the project does not allow this",
	advice: 'Starting and stopping a deployment takes the role Data Owner. Ask an owner of the project for it.',
};
const DEPLOYMENT_UNKNOWN: Meaning = {
	says: 'The project has no such deployment',
	advice:
		"Pick the deployment from the list, or check its name and 'Project' in the credential. Capital letters count.",
};
const HOPSWORKS_FAILED: Meaning = {
	says: 'Hopsworks could not do it',
	advice: "Run it again. If it stays so, the deployment's page in Hopsworks, or your administrator, may know why.",
};
const MODEL_NOT_REACHED: Meaning = {
	says: 'Hopsworks could not reach the deployment',
	advice: "Check the deployment's state and logs in Hopsworks.",
};

const MEANINGS: Record<number, Meaning> = {
	100008: {
		says: 'Hopsworks is not available',
		advice: 'Its database is being restarted or maintained. Try again later.',
	},
	120001: { says: 'Hopsworks refused the request', advice: 'Check what the fields of the node hold.' },
	120011: NOT_A_MEMBER,
	150004: PROJECT_UNKNOWN,
	150068: ROLE_TOO_LOW,
	200003: KEY_REFUSED,
	[DEPLOYMENT_NOT_FOUND]: DEPLOYMENT_UNKNOWN,
	[NOT_STARTED]: {
		says: 'Hopsworks did not start or stop the deployment',
		advice:
			'It may be in that state already, or the project may have used up its quota. Look at its page in Hopsworks.',
	},
	240004: HOPSWORKS_FAILED,
	240005: HOPSWORKS_FAILED,
	240015: {
		says: 'This Hopsworks serves no models',
		advice: 'KServe is not installed or turned off there. Ask your administrator.',
	},
	240027: {
		says: 'There are no logs',
		advice: 'A deployment that is stopped has none, and one without a transformer has none for the transformer.',
	},
	[SCHEMA_MISSING]: {
		says: 'The deployment has no schema',
		advice:
			'Schemas come with Hopsworks 5.1, for deployments whose model has a feature view. Name the columns yourself.',
	},
	250000: DEPLOYMENT_UNKNOWN,
	250001: {
		says: 'The deployment is not running',
		advice: "Start it, or set the option 'When Stopped' to 'Start It'.",
	},
	250002: MODEL_NOT_REACHED,
	250003: MODEL_NOT_REACHED,
	250009: KEY_REFUSED,
	250012: MODEL_NOT_REACHED,
	320002: KEY_REFUSED,
	320003: {
		says: "The API key's user may not do this",
		advice: 'Its role in Hopsworks does not allow it. Ask your administrator.',
	},
	320012: KEY_REFUSED,
	320013: KEY_REFUSED,
	320014: { says: 'The API key has expired', advice: 'Make a new key in Hopsworks and put it into the credential.' },
};

function scopeMissing(text: string): Meaning {
	const scope = /\[([A-Z_, ]+)\]/.exec(text)?.[1];
	const named = scope === undefined ? 'SERVING or PROJECT' : scope;
	return {
		says: `The API key lacks the scope ${named}`,
		advice: `Add the scope ${named} to the key in Hopsworks, under your name, Account Settings, API.`,
	};
}

const REDIRECTED: Meaning = {
	says: 'Hopsworks sent a redirect, as a login page does',
	advice: "Redirects are not followed. Check 'Hopsworks URL' in the credential, with the right http:// or https://.",
};
const NOT_HOPSWORKS: Meaning = {
	says: 'There is no Hopsworks at this address',
	advice: "Check 'Hopsworks URL' in the credential: the address under which you open Hopsworks in the browser.",
};

function byStatus(status: number): Meaning {
	if (status >= 300 && status < 400) return REDIRECTED;
	if (status === 401) return KEY_REFUSED;
	if (status === 403) return ROLE_TOO_LOW;
	return status === 404 ? NOT_HOPSWORKS : HOPSWORKS_FAILED;
}

/** What an error code says and what to do about it; `undefined` for one that says nothing of its own. */
export function meaningOfCode(code: number | undefined, text: string): Meaning | undefined {
	if (code === SCOPE_MISSING) return scopeMissing(text);
	return code === undefined ? undefined : MEANINGS[code];
}

/** The failure that a reply of the REST API with a status outside 200 to 299 stands for. */
export function restFailure(status: number, reply: Reply): Failure {
	const text = errorText(reply);
	const errorCode = errorCodeOf(reply);
	const meaning = meaningOfCode(errorCode, text) ?? byStatus(status);
	return {
		kind: 'status',
		message: statusMessage(meaning, status, text),
		description: meaning.advice,
		status,
		errorCode,
	};
}

/** The failure of a reply with a good status that is not what was asked for. */
export function notHopsworks(reply: Reply): Failure {
	return {
		kind: 'reply',
		message: `${NOT_HOPSWORKS.says}: it answered ${errorText(reply).slice(0, 80) || 'nothing'}`,
		description: NOT_HOPSWORKS.advice,
	};
}
