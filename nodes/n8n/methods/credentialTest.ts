/**
 * The credential's Test: tries every address that is filled in, and says what is wrong with which, and what stands behind
 * those that work. n8n's editor shows what is wrong, and of a good end only that there was one.
 */
import type {
	ICredentialDataDecryptedObject,
	ICredentialsDecrypted,
	ICredentialTestFunctions,
	INodeCredentialTestResult,
} from 'n8n-workflow';
import { apiKeyIn, keyRemover } from '../../core/hopsworks/apiKey';
import { entriesOf, isReady, readDeployment, readProject, type Project } from '../../core/hopsworks/deploymentRecord';
import { meaningInBetween } from '../../core/failure/between';
import { SCOPE_MISSING } from '../../core/failure/errorCodes';
import { readErrorReply } from '../../core/failure/errorReply';
import { excerpt, quoted } from '../../core/failure/excerpt';
import { pluralize } from '../../core/failure/pluralize';
import { asText, type Json } from '../../core/json/json';
import { namespaceOf } from '../../core/hopsworks/name';
import { projectNames } from '../../core/hopsworks/project';
import { readGateway } from '../../core/hopsworks/gateway';
import { readWebAddress } from '../../core/hopsworks/webAddress';
import { readTrust } from '../trust';
import { getter, sentences, type Get } from './testRequest';

/** What a test of an address found: a problem, or what stands behind the address. */
type Finding = { problem: string } | { found: string };

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
	const trust = readTrust(data);
	if (!trust.ok) problems.push(sentences(trust.failure));
	const found: string[] = [];
	if (addresses.length === 0) problems.push("Fill in 'Hopsworks URL' or 'Model Serving URL'");
	if (trust.ok && problems.length === 0) {
		for (const { field, url, test } of addresses) {
			const address = field === 'Hopsworks URL' ? readWebAddress(url, 'this') : readGateway(url, 'this');
			const finding = address.ok
				? await test(getter(this, new URL(url).origin, key, trust.value), project)
				: { problem: sentences(address.failure) };
			if ('problem' in finding) problems.push(`'${field}': ${finding.problem}`);
			else found.push(`'${field}' works: ${finding.found}`);
		}
	}
	// Some are whole sentences.
	const words = [...problems, ...found].map((one) => (one.endsWith('.') ? one : `${one}.`)).join(' ');
	return { status: problems.length > 0 ? 'Error' : 'OK', message: keyRemover(key)(words) };
}

/** A refused key, or the gateway's word for a missing scope. Any other answer shows that the key passed. */
async function testGateway(get: Get, project: string): Promise<Finding> {
	const reply = await get(`/v1/${namespaceOf(project) || 'n8n'}/credential-test/v1/models`);
	if (typeof reply === 'string') return { problem: reply };
	const { status } = reply;
	const error = readErrorReply(status, reply);
	const { text: said } = error;
	const between = meaningInBetween(error);
	if (between) return { problem: sentences(between) };
	if (status === 401) {
		return {
			problem: `the API key was refused, or it lacks the scope SERVING (the gateway says '${said}' to both)`,
		};
	}
	if (status === 403) return { problem: `the API key is known, but not allowed: ${said}` };
	const problem = redirected(status);
	return problem === undefined ? { found: 'it answered, and did not refuse the API key' } : { problem };
}

async function testHopsworks(get: Get, given: string): Promise<Finding> {
	const listed = await readList(get, '/project', 'PROJECT');
	if (typeof listed === 'string') return { problem: listed };
	const known = listed.map(readProject).filter((one) => one !== undefined);
	const project = chosenAmong(known, given);
	if (typeof project === 'string') return { problem: project };
	const deployments = await readList(get, `/project/${project.id}/serving`, 'SERVING');
	if (typeof deployments === 'string') return { problem: deployments };
	if (given === '' && known.length > 1) {
		const choice = "'Project' is empty, so each node chooses one with 'Project' in its options";
		return { found: `${choice}, among ${projectNames(known)}` };
	}
	const records = deployments.map(readDeployment).filter((one) => one !== undefined);
	const ready = records.filter(({ state }) => isReady(state)).length;
	const only = given === '' ? ', the only one of the API key,' : '';
	return {
		found: `the project ${projectNames([project])}${only} has ${pluralize(records.length, 'deployment')}, ${ready} of them running`,
	};
}

/** The project that is asked for its deployments; a text says what was wrong instead, with those that there are. */
function chosenAmong(known: Project[], given: string): Project | string {
	const [first] = known;
	if (!first) return 'the API key was accepted, but its user is a member of no project';
	// The scope is the key's in all of them.
	if (given === '') return first;
	const chosen = known.find(({ name }) => name === given);
	return chosen ?? `the API key was accepted, but sees no project ${quoted(given)}. It sees ${projectNames(known)}`;
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
