/** Asking an address of a credential that is being tested, with what n8n gives such a test. */
import type { ICredentialTestFunctions } from 'n8n-workflow';
import { keyRemover, removeInTurns } from '../../core/hopsworks/apiKey';
import type { Meaning } from '../../core/failure/meaning';
import { REST_PANEL } from '../../core/failure/panel';
import { sentOnToTls, TLS_NEEDED, tlsSpoken, wantsTls } from '../../core/failure/wrongScheme';
import { asText, isRecord } from '../../core/json/json';
import { replyInTurns, type Reply } from '../../core/json/reply';
import { giveWay, Watch } from '../cancel';
import { networkFailure } from '../networkFailure';
import { newRequestId, REQUEST_ID } from '../requestId';
import { mayWantTls } from '../schemeProbe';
import { endWith, isByteStream, readText } from '../stream';
import { requestTls, type Trust } from '../trust';

/** A reply with its status. */
type StatusReply = Reply & { status: number };

/** Gets a path below an address of the credential; the text is what was wrong where no reply came. */
export type Get = (path: string) => Promise<StatusReply | string>;

const TIMEOUT_SECONDS = 10;

/** The most that is read of a reply: a list of all deployments may be long. */
const MOST_BYTES = 16 * 1024 * 1024;

export function sentences({ message, description }: Meaning): string {
	return `${message}. ${description}`;
}

export function getter({ helpers }: ICredentialTestFunctions, origin: string, key: string, trust: Trust): Get {
	// The only HTTP helper that n8n lets a credential test use: docs/decisions/0004-credential-test.md
	const { request } = helpers;
	const remove = keyRemover(key);
	return async (path) => {
		const watch = new Watch(() => false, TIMEOUT_SECONDS);
		let hasHead = false;
		try {
			const sending: Promise<unknown> = request({
				method: 'GET',
				uri: `${origin}${path}`,
				headers: { Authorization: `ApiKey ${key}`, Accept: 'application/json', [REQUEST_ID]: newRequestId() },
				simple: false,
				resolveWithFullResponse: true,
				// So that a reply is read no further than it may be.
				useStream: true,
				followRedirect: false,
				...requestTls(trust),
				timeout: 2 * TIMEOUT_SECONDS * 1000,
			});
			sending.catch(() => {});
			const response = await watch.within(sending);
			hasHead = true;
			const { statusCode, headers, body } = isRecord(response) ? response : {};
			if (!isByteStream(body)) return 'n8n gave no reply to read';
			endWith(watch, body);
			const { text } = await readText(body, MOST_BYTES);
			const status = Number(statusCode);
			const moved = sentOnToTls(`${origin}${path}`, status, asText(isRecord(headers) ? headers.location : ''));
			if (moved) return remove(sentences(moved));
			if (wantsTls(status, text)) return sentences(TLS_NEEDED);
			return { status, ...(await replyInTurns(await removeInTurns(text, key, giveWay), giveWay)) };
		} catch (error) {
			if (watch.isLate) return `no answer within ${TIMEOUT_SECONDS} seconds`;
			const failure = networkFailure(
				error,
				{ url: origin, hasAuthority: trust.authority !== '', panel: REST_PANEL },
				{ hasHead },
				remove,
			);
			const isTls = mayWantTls(origin, failure) && (await speaksTls(request, new URL(origin).host));
			return sentences(isTls ? tlsSpoken(origin) : failure);
		} finally {
			watch.stop(false);
		}
	};
}

/** Whether a port speaks TLS, which is asked without the key. */
async function speaksTls(request: ICredentialTestFunctions['helpers']['request'], host: string): Promise<boolean> {
	const watch = new Watch(() => false, TIMEOUT_SECONDS);
	try {
		const sending: Promise<unknown> = request({
			method: 'HEAD',
			uri: `https://${host}/`,
			headers: { [REQUEST_ID]: newRequestId() },
			simple: false,
			followRedirect: false,
			rejectUnauthorized: false,
			timeout: TIMEOUT_SECONDS * 1000,
		});
		sending.catch(() => {});
		await watch.within(sending);
		return true;
	} catch {
		return false;
	} finally {
		watch.stop(true);
	}
}
