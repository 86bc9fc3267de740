/** The failures of the Hopsworks REST API. */
import { meaningInBetween } from '../failure/between';
import { HOPSWORKS_FAILED, KEY_REFUSED, meaningOfCode, ROLE_TOO_LOW } from '../failure/errorCodes';
import { readErrorReply } from '../failure/errorReply';
import { statusMessage, withWords, type Meaning } from '../failure/meaning';
import { badReply, type Failed, type Failure } from '../failure/outcome';
import { REST_PANEL } from '../failure/panel';
import { TLS_NEEDED, wantsTls } from '../failure/wrongScheme';
import type { Reply } from '../json/reply';

const REDIRECTED: Meaning = {
	message: 'Hopsworks sent a redirect, as a login page does',
	description:
		"Redirects are not followed. Check 'Hopsworks URL' in the credential, with the right http:// or https://.",
};
const NOT_HOPSWORKS: Meaning = {
	message: 'There is no Hopsworks at this address',
	description: "Check 'Hopsworks URL' in the credential: the address at which you open Hopsworks in the browser.",
};

/** Only Hopsworks itself gives a code with its refusal. */
function byStatus(status: number, hasCode: boolean): Meaning {
	if (status >= 300 && status < 400) return REDIRECTED;
	if (status === 401) return KEY_REFUSED;
	if (status === 403) return ROLE_TOO_LOW;
	return status === 404 && !hasCode ? NOT_HOPSWORKS : HOPSWORKS_FAILED;
}

/** What a refusal means to one call alone. */
export type OwnMeaning = (status: number, code: number | undefined) => Meaning | undefined;

/** The failure that a reply of the REST API with a status outside 200 to 299 stands for. */
export function restFailure(status: number, reply: Reply, ownMeaning?: OwnMeaning): Failure {
	const error = readErrorReply(status, reply);
	const { text, code } = error;
	const own = ownMeaning?.(status, code) ?? meaningOfCode(code, text, REST_PANEL);
	const known = wantsTls(status, reply.text) ? TLS_NEEDED : own;
	const meaning = known ?? meaningInBetween(error) ?? byStatus(status, code !== undefined);
	return {
		kind: 'status',
		message: withWords(statusMessage(meaning, status), text),
		description: meaning.description,
		status,
		errorCode: code,
	};
}

/** The failure of a reply with a good status that is not what was asked for. */
export function notHopsworks(reply: Reply): Failed {
	const { message, description } = NOT_HOPSWORKS;
	const words = readErrorReply(200, reply).text.slice(0, 80) || 'nothing';
	return badReply(`${message}: it answered ${words}`, description);
}
