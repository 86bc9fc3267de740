/** The credential in n8n's own HTTP Request node, which sends it to any address that the credential does not forbid. */
import {
	deepCopy,
	getCredentialAllowedDomains,
	injectDomainRestrictionFields,
	NodeHelpers,
	DOMAIN_RESTRICTION_FIELDS,
	type ICredentialDataDecryptedObject,
	type IExecuteFunctions,
	type INode,
	type INodeExecutionData,
	type INodeParameters,
} from 'n8n-workflow';
import { HopsworksApi } from '../credentials/HopsworksApi.credentials';
import { HopsworksModel } from '../nodes/HopsworksModel/HopsworksModel.node.ts';
import { API_KEY, runModel } from './support/engine.cts';
import { at, textOf } from './support/json.cts';
import { firstValues } from './support/server.cts';
import { sharedServer } from './support/sharedServer.cts';

const server = sharedServer(firstValues);

const { properties } = new HopsworksApi();
const node: INode = { id: '1', name: 'N', type: 'x', typeVersion: 1, position: [0, 0], parameters: {} };

/** A saved credential as n8n hands it to a node: with the defaults of what was never filled in. */
function saved(fields: INodeParameters): ICredentialDataDecryptedObject {
	const read = NodeHelpers.getNodeParameters(properties, { apiKey: API_KEY, ...fields }, true, false, null, null);
	const data: ICredentialDataDecryptedObject = {};
	for (const [name, value] of Object.entries(read ?? {})) {
		if (typeof value !== 'string' && typeof value !== 'boolean') throw new Error(`${name} is neither text nor choice`);
		data[name] = value;
	}
	return data;
}

/** What HTTP Request does first with a credential: it asks n8n to which hosts that may go. */
function allowedIn(fields: INodeParameters): string | undefined {
	return getCredentialAllowedDomains({ node, credentialData: saved(fields), surface: 'HTTP Request or GraphQL' });
}

/** What HTTP Request does with a credential of a service that it does not know. */
class HttpRequest extends HopsworksModel {
	override async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		const credentialData = await this.getCredentials('hopsworksApi');
		const allowedDomains = getCredentialAllowedDomains({ node: this.getNode(), credentialData });
		const url = textOf(at(this.getNodeParameter('deployment', 0), 'value'));
		await this.helpers.httpRequestWithAuthentication.call(this, 'hopsworksApi', { url, allowedDomains });
		return [[{ json: {} }]];
	}
}

async function request(fields: INodeParameters): Promise<string | undefined> {
	const { error } = await runModel({
		node: new HttpRequest(),
		credential: saved(fields),
		parameters: { deployment: { __rl: true, mode: 'url', value: `${server.url}/anything` }, columns: 'x' },
	});
	return error?.message;
}

test('a credential that was saved without a word on this sends its key nowhere', async () => {
	expect(saved({})).toMatchObject({ allowedHttpRequestDomains: 'none' });
	expect(() => allowedIn({})).toThrow('configured to prevent use within an HTTP Request or GraphQL node');
	expect(await request({})).toContain('configured to prevent use within an HTTP Request node');
	expect(server.requests).toEqual([]);
});

test('whoever wants it can allow some hosts, or all', async () => {
	const domains = (allowedDomains: string) => ({ allowedHttpRequestDomains: 'domains', allowedDomains });
	expect(await request(domains('gateway.example.com'))).toContain('Domain not allowed');
	expect(await request(domains(''))).toContain('No allowed domains specified');
	expect(server.requests).toEqual([]);
	expect(await request(domains('127.0.0.1'))).toBeUndefined();
	expect(await request({ allowedHttpRequestDomains: 'all' })).toBeUndefined();
	expect(server.requests.map(({ headers }) => headers.authorization)).toEqual(Array(2).fill(`ApiKey ${API_KEY}`));
});

test('n8n adds no fields of its own, and finds its own choices under its own names', () => {
	expect(injectDomainRestrictionFields(new HopsworksApi())).toEqual(properties);
	const own = properties.filter(({ name }) => name.startsWith('allowed'));
	// As n8n words them, but for the default and what it is good for.
	const wanted = deepCopy(DOMAIN_RESTRICTION_FIELDS).map((field) => ({ ...field, description: expect.any(String) }));
	expect(own).toEqual([{ ...wanted[0], default: 'none' }, wanted[1]]);
	for (const [index, { description }] of own.entries()) {
		expect(description).toContain(DOMAIN_RESTRICTION_FIELDS[index]?.description);
	}
});

test.each(['none', 'domains'])('the nodes of this package send it where %s is chosen', async (choice) => {
	const { success } = await runModel({
		credential: { servingUrl: server.url, allowedHttpRequestDomains: choice, allowedDomains: 'other.example.com' },
		parameters: { operation: 'predict', deployment: { __rl: true, mode: 'name', value: 'fraud' }, columns: 'x' },
		rows: [{ x: 1 }],
	});
	expect(success.map(({ json }) => json.prediction)).toEqual(['of 1']);
});
