/** What a reply with a bad status means behind a Hopsworks gateway, and what a user can do about it. */
import type { Reply } from '../json/reply';
import { blameOf } from './blame';
import { meaningInBetween } from './between';
import { meaningOfCode } from './errorCodes';
import { readErrorReply, type ErrorReply } from './errorReply';
import { statusMessage, withWords, type Meaning } from './meaning';
import type { Blame, Failure } from './outcome';
import { smallerRequest, type Asked, type Panel } from './panel';
import { meaningOfStatus, NOT_READY_YET, PASTED } from './statusMeaning';
import { TLS_NEEDED, wantsTls } from './wrongScheme';

const NO_ROUTE: Meaning = {
	message: 'The gateway knows no such deployment',
	description:
		"The deployment is not running, does not exist, or is in another namespace. Check its name and state in Hopsworks, 'Project' in the credential or in the options, and the options 'Namespace' and 'Routing'.",
};
const NO_PATH: Meaning = {
	message: 'The deployment has no such address',
	description: `Its server was reached, and does not know the path. Check 'Operation': a language model answers 'Chat', an embedding model 'Embed', any other model 'Predict'. ${PASTED}`,
	blames: 'nothing',
};
const LOGIN: Meaning = {
	message: 'The server sent a redirect, as a login page does',
	description:
		"Redirects are not followed. Check that 'Model Serving URL' in the credential is the address of the Istio gateway, with the right http:// or https://.",
};
const UNKNOWN_ROW: Meaning = {
	message: 'The deployment found no data for a row',
	description: 'The keys of a row match nothing in the feature store. Check the values, not the address.',
};

function gone(panel: Panel): Meaning {
	return {
		message: 'The deployment is restarting, or ran out of memory',
		description: `Check its state and logs in Hopsworks. If it ran out of memory, ${smallerRequest(panel)}. Or give the deployment more memory in Hopsworks. If it only restarts, raise 'Tries Before Giving Up'.`,
	};
}

function outOfMemory(panel: Panel): Meaning {
	return {
		message: 'The model ran out of memory',
		description: `The request was too much for it: ${smallerRequest(panel)}. Or give the deployment more memory in Hopsworks.`,
	};
}

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

/** Whether a server was reached that does not know the path. */
export function isPathUnknown({ status, text }: ErrorReply): boolean {
	return (status === 404 || status === 400) && PATH_UNKNOWN.test(text);
}

function meaningOf(error: ErrorReply, { panel, meaningOf: own }: Asked): Meaning {
	const { status, text, code, form, isEntityMissing } = error;
	if (status === 500 && NO_MEMORY.test(text)) return outOfMemory(panel);
	if ((status === 502 || status === 503) && NOTHING_LISTENS.test(text)) return gone(panel);
	if (status >= 300 && status < 400) return LOGIN;
	if (status === 404 && form === 'empty') return NO_ROUTE;
	if (status === 404 && isEntityMissing) return UNKNOWN_ROW;
	const known = meaningOfCode(code, text, panel) ?? meaningInBetween(error) ?? own?.(error);
	if (known) return known;
	return isPathUnknown(error) ? NO_PATH : meaningOfStatus(status, panel);
}

function blameIn(error: ErrorReply, { blames }: Meaning, message: string): Blame | undefined {
	switch (blames) {
		case 'nothing':
			return undefined;
		case 'rows':
			return { kind: 'rows', message, named: new Map() };
		default:
			return blameOf(error, message);
	}
}

/** The failure that a deployment's reply with a status outside 200 to 299 stands for. */
export function statusFailure(status: number, reply: Reply, asked: Asked): Failure {
	const error = readErrorReply(status, reply);
	const reason = reasonIn(error);
	const known = wantsTls(status, reply.text) ? TLS_NEEDED : meaningOf(error, asked);
	const meaning = reason === 'notReady' ? NOT_READY_YET : known;
	const message = statusMessage(meaning, status);
	return {
		kind: 'status',
		message: withWords(message, error.text),
		description: meaning.description,
		status,
		...(reason && { reason }),
		blame: blameIn(error, meaning, message),
	};
}
