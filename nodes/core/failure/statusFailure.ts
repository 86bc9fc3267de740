/** What a status means behind a Hopsworks gateway, and what a user can do about it. */
import type { Reply } from '../json/reply';
import { blameOf } from './blame';
import { meaningInBetween } from './between';
import { meaningOfCode } from './errorCodes';
import { readErrorReply, type ErrorReply } from './errorReply';
import { statusMessage, withWords, type Meaning } from './meaning';
import type { Failure } from './outcome';
import { TLS_NEEDED, wantsTls } from './wrongScheme';

const MODEL_REFUSED: Meaning = {
	message: 'The deployment refused the request',
	description:
		"Check that 'Columns' and 'Row Format' match what the model was trained on. Numbers that arrive as text need the option 'Convert Text to Numbers'.",
};

const NOT_READY_YET: Meaning = {
	message: 'The deployment is not ready',
	description:
		"It may still be starting. Check its state in Hopsworks, or raise 'Max Tries' and 'Max Retry Wait (Seconds)' in the options to wait longer.",
};

/** What a status means behind a Hopsworks gateway (Hopsworks 'REST API Status Codes'; Envoy, Knative and KServe sources). */
const MEANINGS: Record<number, Meaning> = {
	400: MODEL_REFUSED,
	401: {
		message: 'The API key was refused',
		description:
			"Check 'API Key' in the credential: the key alone, without the word 'ApiKey'. A gateway gives the same answer when the key lacks the scope SERVING.",
	},
	403: {
		message: 'The API key may not call this deployment',
		description:
			'The key is known, but not allowed here. Check in Hopsworks that its user is a member of the project with a role that may use deployments.',
	},
	404: {
		message: 'The deployment has no such address',
		description:
			"Check the deployment's name: it is also the model's name in the address. With 'By URL', paste the address exactly as the deployment's page shows it.",
	},
	405: {
		message: 'The address does not take such requests',
		description:
			"Something is there, but does not answer this operation. Check 'Operation', and with 'By URL' paste the address exactly as the deployment's page shows it.",
	},
	408: {
		message: 'The server did not wait for the whole request',
		description:
			"It came too slowly. Lower 'Max Concurrent Requests' in the options, and with Predict and Embed 'Rows per Request'; a proxy in between may also be impatient.",
	},
	413: {
		message: 'The request was too large',
		description: "Lower 'Rows per Request' or 'Max Request Size (kB)' in the options.",
	},
	422: MODEL_REFUSED,
	429: {
		message: 'Too many requests',
		description: "Lower 'Max Concurrent Requests' or raise 'Max Tries' in the options.",
	},
	500: {
		message: 'The model failed',
		description:
			"Check that 'Columns' and 'Row Format' match what the model was trained on. The deployment's logs in Hopsworks have the whole story.",
	},
	501: {
		message: 'The server does not know this operation',
		description:
			"Check 'Operation', and with Predict 'Verb' in the options: only TensorFlow Serving knows Classify and Regress.",
	},
	502: {
		message: 'The gateway lost the connection to the deployment',
		description: "The deployment may be restarting. Check its state in Hopsworks, or raise 'Max Tries' in the options.",
	},
	503: NOT_READY_YET,
	504: {
		message: 'The deployment took longer than the gateway waits',
		description:
			"Lower 'Rows per Request', or turn on 'Retry Timeouts' if the deployment was only waking up: the first call after a sleep is slow.",
	},
};

const NO_ROUTE: Meaning = {
	message: 'The gateway knows no such deployment',
	description:
		"The deployment is not running, does not exist, or is in another namespace. Check its name and state in Hopsworks, 'Project' in the credential, and the options 'Namespace', 'Host Header' and 'Routing'.",
};
const NO_PATH: Meaning = {
	message: 'The deployment has no such address',
	description:
		"Its server was reached, and does not know the path. Check 'Operation': a language model answers 'Chat' or 'Embed', any other model 'Predict'. KServe's own language model server needs /openai/v1 as 'API Path Prefix'. With 'By URL', paste the address exactly as the deployment's page shows it.",
};
const LOGIN: Meaning = {
	message: 'The server sent a redirect, as a login page does',
	description:
		"Redirects are not followed. Check that 'Model Serving URL' in the credential is the address of the Istio gateway, with the right http:// or https://.",
};
const WRONG_MODEL: Meaning = {
	message: 'The server does not know the model',
	description: "Set the option 'Model' to the deployment's name.",
};
const UNKNOWN_ROW: Meaning = {
	message: 'The deployment found no data for a row',
	description: 'The keys of a row match nothing in the feature store. Check the values, not the address.',
};
const TOO_LONG: Meaning = {
	message: 'The text is too long for the model',
	description:
		"What is sent and the answer must fit into the model's context together. Shorten the text, leave out older messages, or lower 'Max Tokens' in the options.",
};
const CHAT_REFUSED: Meaning = {
	message: 'The language model refused the request',
	description: "Its words say what it does not take: check the prompt, the options and 'Extra Fields (JSON)'.",
};
const CHAT_FAILED: Meaning = {
	message: 'The language model failed',
	description: "The deployment's logs in Hopsworks have the whole story.",
};

const GONE: Meaning = {
	message: 'The deployment is restarting, or ran out of memory',
	description:
		"Check its state and logs in Hopsworks. If it ran out of memory, lower 'Rows per Request' in the options of Predict and Embed, or give the deployment more memory in Hopsworks. If it only restarts, raise 'Max Tries'.",
};
const OUT_OF_MEMORY: Meaning = {
	message: 'The model ran out of memory',
	description:
		"Lower 'Rows per Request' in the options of Predict and Embed, or give the deployment more memory in Hopsworks.",
};

const SERVER_FAILED: Meaning = {
	message: 'The server failed',
	description: "The deployment's logs in Hopsworks may say why.",
};

/** The two wordings of vLLM, before and since 0.16; there is no code for it. */
const CONTEXT_OVERFLOW = /maximum context length|context length is only/i;

/** Words for a deployment that is not ready yet, as gateways and Hopsworks itself use them. */
const NOT_READY =
	/\bnot (?:yet ready|ready yet)\b|\bno healthy upstream\b|\bupstream connect error\b|\bpending request queue full\b/i;

/** Hopsworks passes on every status from 500 as 500, with this code. */
const PASSED_ON = 250007;

/** Whether a deployment is said not to be ready, in a status that means something else. */
function isNotReady({ status, text, code }: ErrorReply): boolean {
	return (status === 400 || (status === 500 && code === PASSED_ON)) && NOT_READY.test(text);
}

function reasonIn(error: ErrorReply): Failure['reason'] {
	if (error.status === 404 && error.form === 'empty') return 'noRoute';
	return isNotReady(error) ? 'notReady' : undefined;
}

/** Nothing listens at the deployment's port any more, or it closed a connection that had begun (Envoy, nginx, Go). */
const NOTHING_LISTENS = /connection refused|connection termination|connect error: 111|reset by peer/i;

/** The words of Python, NumPy, PyTorch and TensorFlow. */
const NO_MEMORY = /\bMemoryError\b|out of memory|unable to allocate|\bOOM\b|bad_alloc/i;

/** The words of FastAPI, which KServe and vLLM are built on, and of TensorFlow Serving. */
const PATH_UNKNOWN = /^(?:Not Found|Malformed request: POST \/.*)$/;

function meaningOf(error: ErrorReply): Meaning {
	const { status, text, code, form, isEntityMissing } = error;
	if (status === 400 && CONTEXT_OVERFLOW.test(text)) return TOO_LONG;
	if ([400, 415, 422].includes(status) && form === 'openai') return CHAT_REFUSED;
	if (status === 500 && NO_MEMORY.test(text)) return OUT_OF_MEMORY;
	if (status === 500 && form === 'openai') return CHAT_FAILED;
	if ((status === 502 || status === 503) && NOTHING_LISTENS.test(text)) return GONE;
	if (status >= 300 && status < 400) return LOGIN;
	if (status === 404 && form === 'empty') return NO_ROUTE;
	if (status === 404 && isEntityMissing) return UNKNOWN_ROW;
	if ((status === 404 || status === 400) && PATH_UNKNOWN.test(text)) return NO_PATH;
	if (status === 404 && text.startsWith('The model ')) return WRONG_MODEL;
	const known = meaningOfCode(code, text) ?? meaningInBetween(error);
	return known ?? MEANINGS[status] ?? (status >= 500 ? SERVER_FAILED : MODEL_REFUSED);
}

/** The failure that a deployment's reply with a status outside 200 to 299 stands for. */
export function statusFailure(status: number, reply: Reply): Failure {
	const error = readErrorReply(status, reply);
	const reason = reasonIn(error);
	const known = wantsTls(status, reply.text) ? TLS_NEEDED : meaningOf(error);
	const meaning = reason === 'notReady' ? NOT_READY_YET : known;
	const message = statusMessage(meaning, status);
	// No row is to blame for an address, or for a deployment that is not ready.
	const isOfRows = ![TLS_NEEDED, NO_PATH, NOT_READY_YET].includes(meaning);
	return {
		kind: 'status',
		message: withWords(message, error.text),
		description: meaning.description,
		status,
		...(reason && { reason }),
		blame: isOfRows ? blameOf(error, message) : undefined,
	};
}
