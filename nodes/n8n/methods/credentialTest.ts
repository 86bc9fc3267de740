/** The credential's Test: tries every address that is filled in, and says what is wrong with which. */
import type {
	ICredentialDataDecryptedObject,
	ICredentialsDecrypted,
	ICredentialTestFunctions,
	INodeCredentialTestResult,
} from 'n8n-workflow';
import { apiKeyIn, keyRemover } from '../../core/hopsworks/apiKey';
import { entriesOf, readProject } from '../../core/hopsworks/deploymentRecord';
import { meaningInBetween } from '../../core/failure/between';
import { readErrorReply } from '../../core/failure/errorReply';
import { excerpt } from '../../core/failure/excerpt';
import { asText, isRecord, type Json } from '../../core/json/json';
import { namespaceOf } from '../../core/hopsworks/name';
import { replyOf, type Reply } from '../../core/json/reply';
import { SCOPE_MISSING } from '../../core/failure/errorCodes';
import type { Meaning } from '../../core/failure/meaning';
import { REST_PANEL } from '../../core/failure/panel';
import { sentOnToTls, TLS_NEEDED, tlsSpoken, wantsTls } from '../../core/failure/wrongScheme';
import { readGateway } from '../../core/hopsworks/gateway';
import { readWebAddress } from '../../core/hopsworks/webAddress';
import { Watch } from '../cancel';
import { networkFailure } from '../networkFailure';
import { mayWantTls } from '../schemeProbe';
import { endWith, isByteStream, readText } from '../stream';

/** A reply with its status. */
type StatusReply = Reply & { status: number };

/** Gets a path below an address of the credential; the text is what was wrong where no reply came. */
type Get = (path: string) => Promise<StatusReply | string>;

const TIMEOUT_SECONDS = 10;

/** The most that is read of a reply: a list of all deployments may be long. */
const MOST_BYTES = 16 * 1024 * 1024;

/** Named `hopsworksApiTest` in every node that uses the credential. */
export async function hopsworksApiTest(
	this: ICredentialTestFunctions,
	{ data = {} }: ICredentialsDecrypted<ICredentialDataDecryptedObject>,
): Promise<INodeCredentialTestResult> {
	const key = apiKeyIn(asText(data.apiKey));
	const project = asText(data.project).trim();
	const addresses = [
		{ field: 'Hopsworks URL', url: asText(data.hopsworksUrl).trim(), test: testHopsworks },
		{ field: 'Model Serving URL', url: asText(data.servingUrl).trim(), test: testGateway },
	].filter(({ url }) => url !== '');
	const problems = key === '' ? ["Fill in 'API Key'"] : [];
	if (addresses.length === 0) problems.push("Fill in 'Model Serving URL' or 'Hopsworks URL'");
	for (const { field, url, test } of problems.length > 0 ? [] : addresses) {
		const address = field === 'Hopsworks URL' ? readWebAddress(url, 'this') : readGateway(url, 'this');
		const problem = address.ok
			? await test(getter(this, new URL(url).origin, key, data.ignoreSslIssues === true), project)
			: sentences(address.failure);
		if (problem !== undefined) problems.push(`'${field}': ${problem}`);
	}
	// Some are whole sentences.
	const message = problems.map((problem) => (problem.endsWith('.') ? problem : `${problem}.`)).join(' ');
	if (problems.length > 0) return { status: 'Error', message };
	return { status: 'OK', message: 'The API key was accepted' };
}

function getter({ helpers }: ICredentialTestFunctions, origin: string, key: string, ignoreSslIssues: boolean): Get {
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
				headers: { Authorization: `ApiKey ${key}`, Accept: 'application/json' },
				simple: false,
				resolveWithFullResponse: true,
				// So that a reply is read no further than it may be.
				useStream: true,
				followRedirect: false,
				rejectUnauthorized: !ignoreSslIssues,
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
			return { status, ...replyOf(remove(text)) };
		} catch (error) {
			if (watch.isLate) return `no answer within ${TIMEOUT_SECONDS} seconds`;
			const failure = networkFailure(error, { url: origin, panel: REST_PANEL }, { hasHead }, remove);
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

function sentences({ message, description }: Meaning): string {
	return `${message}. ${description}`;
}

/** A refused key, or the gateway's word for a missing scope. Any other answer shows that the key passed. */
async function testGateway(get: Get, project: string): Promise<string | undefined> {
	const reply = await get(`/v1/${namespaceOf(project) || 'n8n'}/credential-test/v1/models`);
	if (typeof reply === 'string') return reply;
	const { status } = reply;
	const error = readErrorReply(status, reply);
	const { text: said } = error;
	const between = meaningInBetween(error);
	if (between) return sentences(between);
	if (status === 401) {
		return `the API key was refused, or it lacks the scope SERVING (the gateway says '${said}' to both)`;
	}
	if (status === 403) return `the API key is known, but not allowed: ${said}`;
	return redirected(status);
}

async function testHopsworks(get: Get, project: string): Promise<string | undefined> {
	const projects = await readList(get, '/project', 'PROJECT');
	if (typeof projects === 'string') return projects;
	const known = projects.map(readProject).filter((one) => one !== undefined);
	const chosen = project === '' ? known[0] : known.find(({ name }) => name === project);
	if (!chosen) {
		const names = known.map(({ name }) => name).join(', ') || 'none';
		return project === ''
			? 'the API key was accepted, but its user is a member of no project'
			: `the project '${project}' is not among those of the API key (${names})`;
	}
	const deployments = await readList(get, `/project/${chosen.id}/serving`, 'SERVING');
	return typeof deployments === 'string' ? deployments : undefined;
}

/** A list of the REST API; a text says what was wrong instead. */
async function readList(get: Get, path: string, scope: string): Promise<Json[] | string> {
	const reply = await get(`/hopsworks-api/api${path}`);
	if (typeof reply === 'string') return reply;
	const { status } = reply;
	const error = readErrorReply(status, reply);
	const { text: said, code } = error;
	const between = meaningInBetween(error);
	if (between) return sentences(between);
	if (status === 401) return `the API key was refused: ${said}`;
	if (status === 403 && code === SCOPE_MISSING) {
		return `the API key is valid, but lacks the scope ${scope}: add it to the key in Hopsworks`;
	}
	const redirect = redirected(status);
	if (redirect !== undefined) return redirect;
	const entries = status === 200 ? entriesOf(reply.json) : undefined;
	if (entries) return entries;
	if (status === 200) return `the server is not Hopsworks: it answered ${excerpt(reply.text).slice(0, 80)}`;
	return `Hopsworks answered with status ${status}: ${said}`;
}

function redirected(status: number): string | undefined {
	const isRedirect = status >= 300 && status < 400;
	return isRedirect
		? 'the server sent a redirect, as a login page does; check http:// or https:// and the address'
		: undefined;
}
