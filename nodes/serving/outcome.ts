/** Outcomes: a failure is a value that says what happened and what to do. */
import { blameOf, type Blame } from './blame';
import { errorText } from './errorText';
import { errorCodeOf, meaningOfCode } from './restFailure';
import { isRecord, parseReply } from './json';

export type Outcome<Value> = { ok: true; value: Value } | { ok: false; failure: Failure };

export interface Failure {
	/** Where it happened: in what the user gave, on the way, in the server's status, or in a reply that is no answer. */
	kind: 'input' | 'connection' | 'timeout' | 'status' | 'reply' | 'cancelled' | 'notSent';
	/** What happened, without a final full stop. */
	message: string;
	/** What to do next, in whole sentences. */
	description: string;
	/** HTTP status, with kind `status`. */
	status?: number;
	/** System error code such as `ECONNREFUSED`, or the name of n8n's own error, with kind `connection`. */
	code?: string;
	/** Hopsworks' own error code, where its REST API gave one. */
	errorCode?: number;
	/** Set where sending fewer rows together can help. */
	blame?: Blame;
}

export function success<Value>(value: Value): { ok: true; value: Value } {
	return { ok: true, value };
}

export function failed(failure: Failure): { ok: false; failure: Failure } {
	return { ok: false, failure };
}

export function badInput(message: string, description: string): { ok: false; failure: Failure } {
	return failed({ kind: 'input', message, description });
}

/** `1 row`, `10,000 rows`. */
export function count(amount: number, noun: string): string {
	return `${amount.toLocaleString('en-US')} ${noun}${amount === 1 ? '' : 's'}`;
}

interface Meaning {
	says: string;
	advice: string;
}

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
function isOpenAiError(body: string): boolean {
	const json = parseReply(body);
	return isRecord(json) && (json.object === 'error' || (isRecord(json.error) && 'type' in json.error));
}

function meaningOf(status: number, body: string, text: string): Meaning {
	if (status === 400 && CONTEXT_OVERFLOW.test(text)) return TOO_LONG;
	if ([400, 415, 422].includes(status) && isOpenAiError(body)) return CHAT_REFUSED;
	if (status === 500 && isOpenAiError(body)) return CHAT_FAILED;
	if (status >= 300 && status < 400) return LOGIN;
	if (status === 404 && body.trim() === '') return NO_ROUTE;
	if (status === 404 && body.includes('ENTITY_NOT_FOUND')) return UNKNOWN_ROW;
	if (status === 404 && text.startsWith('The model ')) return WRONG_MODEL;
	const known = meaningOfCode(errorCodeOf(body), text) ?? MEANINGS[status];
	if (known) return known;
	return status >= 500
		? { says: 'The server failed', advice: "The deployment's logs in Hopsworks may say why." }
		: MODEL_REFUSED;
}

/** The failure that a reply with a status outside 200 to 299 stands for. */
export function failureOf(status: number, body: string): Failure {
	const text = errorText(body);
	const { says, advice } = meaningOf(status, body, text);
	const say = (words: string): string => `${says} (status ${status})${words === '' ? '' : `: ${words}`}`;
	return {
		kind: 'status',
		message: say(text),
		description: advice,
		status,
		blame: blameOf(status, body, text, say),
	};
}

/** The failure of one row of a request, in the server's words about this row where it named it. */
export function failureOfRow(failure: Failure, row: number): Failure {
	const named = failure.blame?.kind === 'rows' ? failure.blame.named.find((one) => one.row === row) : undefined;
	return named ? { ...failure, message: named.message } : failure;
}

const UNTRUSTED_CERTIFICATE = new Set([
	'DEPTH_ZERO_SELF_SIGNED_CERT',
	'SELF_SIGNED_CERT_IN_CHAIN',
	'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
	'UNABLE_TO_GET_ISSUER_CERT',
	'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
	'CERT_UNTRUSTED',
	'CERT_HAS_EXPIRED',
	'CERT_NOT_YET_VALID',
	'ERR_TLS_CERT_ALTNAME_INVALID',
]);

/** The failure of a request that got no reply. `host` is the host and port that was called, `code` the system's error code, or the name of n8n's own error. */
export function connectionFailure(host: string, code: string, detail: string): Failure {
	const failure = (message: string, description: string): Failure => ({
		kind: 'connection',
		message,
		description,
		code,
	});
	if (UNTRUSTED_CERTIFICATE.has(code)) {
		return failure(
			`The certificate of ${host} is not trusted`,
			`Give n8n the certificate authority of your cluster, or turn on 'Ignore SSL Issues (Insecure)' in the credential (${code}).`,
		);
	}
	switch (code) {
		case 'ECONNREFUSED':
			return failure(
				`${host} refused the connection`,
				`Nothing listens there. Check the address and port in the credential (${code}).`,
			);
		case 'ENOTFOUND':
		case 'EAI_AGAIN':
			return failure(
				`The host name of ${host} was not found`,
				`Check the address in the credential, and that n8n can reach it from where it runs (${code}).`,
			);
		case 'ERR_BAD_RESPONSE': // axios' code for a reply that ends before it is whole
			return failure(
				`${host} closed the connection in the middle of its reply`,
				`The deployment may have restarted, or ran out of memory. Check its state and logs in Hopsworks (${code}).`,
			);
		case 'ECONNRESET':
		case 'EPIPE':
			return failure(
				`${host} closed the connection before it answered`,
				`The deployment may have restarted. Check its state and logs in Hopsworks (${code}).`,
			);
		case 'Z_DATA_ERROR':
		case 'Z_BUF_ERROR':
			return failure(
				`The reply of ${host} could not be read`,
				`It says that it is compressed, and is not, or not as it says (${[code, detail].filter(Boolean).join(': ')}).`,
			);
		case 'SsrfBlockedIpError':
		case 'SsrfBlockedHostnameError':
			return failure(
				`n8n itself blocked the request to ${host}`,
				"n8n's protection against server-side request forgery is on. Its administrator can allow an address with N8N_SSRF_ALLOWED_IP_RANGES, or a host name with N8N_SSRF_ALLOWED_HOSTNAMES.",
			);
		default:
			return failure(
				`${host} was not reached`,
				`Check the address in the credential, and that n8n can reach it from where it runs (${[code, detail].filter(Boolean).join(': ')}).`,
			);
	}
}

export function timeoutFailure(seconds: number): Failure {
	return {
		kind: 'timeout',
		message: `The deployment did not answer within ${seconds} seconds`,
		description:
			"Raise 'Timeout (Seconds)' or lower 'Rows per Request' in the options. A request that ran out of time is sent again only with 'Retry Timeouts'.",
	};
}

export interface RetryPolicy {
	/** How often one request is sent at most. */
	maxTries: number;
	/** Longest wait before one more try, in seconds. */
	maxRetryWait: number;
	/** Whether 504 and time-outs are tried again: the work may still be going on. */
	retryTimeouts: boolean;
}

const RETRIED_STATUS = new Set([429, 502, 503]);
const RETRIED_CODE = new Set(['ECONNREFUSED', 'ECONNRESET', 'EAI_AGAIN', 'EPIPE', 'ERR_BAD_RESPONSE']);

/** Whether trying again can help. Never after 500: model servers report bad rows as 500. */
export function isRetryable({ kind, status, code }: Failure, retryTimeouts: boolean): boolean {
	if (kind === 'timeout' || status === 504) return retryTimeouts;
	return (status !== undefined && RETRIED_STATUS.has(status)) || (code !== undefined && RETRIED_CODE.has(code));
}

/** What `Retry-After` asks for, in seconds from `now` (milliseconds since the epoch); it is a number of seconds or a date. */
export function retryAfter(header: string | undefined, now: number): number | undefined {
	const text = header?.trim() ?? '';
	if (/^\d+$/.test(text)) return Number(text);
	const date = Date.parse(text);
	return Number.isNaN(date) ? undefined : Math.max(0, (date - now) / 1000);
}

/** Seconds to wait after the given try (1 for the first): doubling from 1, spread between half and the whole of it. */
export function retryWait(tries: number, maxRetryWait: number, random: number): number {
	return Math.min(2 ** (tries - 1), maxRetryWait) * (0.5 + random / 2);
}
