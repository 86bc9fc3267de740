/** What a status means behind a Hopsworks gateway, and what a user can do about it. */
import { blameOf } from './blame';
import { errorCodeOf, errorText } from './errorText';
import { isRecord } from './json';
import { statusMessage, type Meaning } from './meaning';
import type { Failure } from './outcome';
import type { Reply } from './reply';
import { meaningOfCode } from './restFailure';

const MODEL_REFUSED: Meaning = {
	says: 'The deployment refused the request',
	advice:
		"Check that 'Columns' and 'Row Format' match what the model was trained on. Numbers that arrive as text need the option 'Convert Text to Numbers'.",
};

/** What a status means behind a Hopsworks gateway (Hopsworks 'REST API Status Codes'; Envoy, Knative and KServe sources). */
const MEANINGS: Record<number, Meaning> = {
	400: MODEL_REFUSED,
	401: {
		says: 'The API key was refused',
		advice:
			"Check 'API Key' in the credential: the key alone, without the word 'ApiKey'. A gateway gives the same answer when the key lacks the scope SERVING.",
	},
	403: {
		says: 'The API key may not call this deployment',
		advice:
			'The key is known, but not allowed here. Check in Hopsworks that its user is a member of the project with a role that may use deployments.',
	},
	404: {
		says: 'The deployment has no such address',
		advice:
			"Check the deployment's name: it is also the model's name in the address. With 'By URL', paste the address exactly as the deployment's page shows it.",
	},
	413: {
		says: 'The request was too large',
		advice: "Lower 'Rows per Request' or 'Max Request Size (kB)' in the options.",
	},
	422: MODEL_REFUSED,
	429: {
		says: 'Too many requests',
		advice: "Lower 'Max Concurrent Requests' or raise 'Max Tries' in the options.",
	},
	500: {
		says: 'The model failed',
		advice:
			"Check that 'Columns' and 'Row Format' match what the model was trained on. The deployment's logs in Hopsworks have the whole story.",
	},
	502: {
		says: 'The gateway lost the connection to the deployment',
		advice: "The deployment may be restarting. Check its state in Hopsworks, or raise 'Max Tries' in the options.",
	},
	503: {
		says: 'The deployment is not ready',
		advice:
			"It may still be starting. Check its state in Hopsworks, or raise 'Max Tries' and 'Max Retry Wait (Seconds)' in the options to wait longer.",
	},
	504: {
		says: 'The deployment took longer than the gateway waits',
		advice:
			"Lower 'Rows per Request', or turn on 'Retry Timeouts' if the deployment was only waking up: the first call after a sleep is slow.",
	},
};

const NO_ROUTE: Meaning = {
	says: 'The gateway knows no such deployment',
	advice:
		"The deployment is not running, does not exist, or is in another namespace. Check its name and state in Hopsworks, 'Project' in the credential, and the options 'Namespace', 'Host Header' and 'Routing'.",
};
const LOGIN: Meaning = {
	says: 'The server sent a redirect, as a login page does',
	advice:
		"Redirects are not followed. Check that 'Model Serving URL' in the credential is the address of the Istio gateway, with the right http:// or https://.",
};
const WRONG_MODEL: Meaning = {
	says: 'The server does not know the model',
	advice: "Set the option 'Model' to the deployment's name.",
};
const UNKNOWN_ROW: Meaning = {
	says: 'The deployment found no data for a row',
	advice: 'The keys of a row match nothing in the feature store. Check the values, not the address.',
};
const TOO_LONG: Meaning = {
	says: 'The text is too long for the model',
	advice:
		"What is sent and the answer must fit into the model's context together. Shorten the text, leave out older messages, or lower 'Max Tokens' in the options.",
};
const CHAT_REFUSED: Meaning = {
	says: 'The language model refused the request',
	advice: "Its words say what it does not take: check the prompt, the options and 'Extra Fields (JSON)'.",
};
const CHAT_FAILED: Meaning = {
	says: 'The language model failed',
	advice: "The deployment's logs in Hopsworks have the whole story.",
};

/** The two wordings of vLLM, before and since 0.16; there is no code for it. */
const CONTEXT_OVERFLOW = /maximum context length|context length is only/i;

/** Whether a body has the form of OpenAI's errors, which vLLM and KServe's language model server use. */
function isOpenAiError({ json }: Reply): boolean {
	return isRecord(json) && (json.object === 'error' || (isRecord(json.error) && 'type' in json.error));
}

function meaningOf(status: number, reply: Reply, text: string): Meaning {
	if (status === 400 && CONTEXT_OVERFLOW.test(text)) return TOO_LONG;
	if ([400, 415, 422].includes(status) && isOpenAiError(reply)) return CHAT_REFUSED;
	if (status === 500 && isOpenAiError(reply)) return CHAT_FAILED;
	if (status >= 300 && status < 400) return LOGIN;
	if (status === 404 && reply.text.trim() === '') return NO_ROUTE;
	if (status === 404 && reply.text.includes('ENTITY_NOT_FOUND')) return UNKNOWN_ROW;
	if (status === 404 && text.startsWith('The model ')) return WRONG_MODEL;
	const known = meaningOfCode(errorCodeOf(reply), text) ?? MEANINGS[status];
	if (known) return known;
	return status >= 500
		? { says: 'The server failed', advice: "The deployment's logs in Hopsworks may say why." }
		: MODEL_REFUSED;
}

/** The failure that a reply with a status outside 200 to 299 stands for. */
export function failureOf(status: number, reply: Reply): Failure {
	const text = errorText(reply);
	const meaning = meaningOf(status, reply, text);
	const say = (words: string): string => statusMessage(meaning, status, words);
	return {
		kind: 'status',
		message: say(text),
		description: meaning.advice,
		status,
		blame: blameOf(status, reply, text, say),
	};
}
