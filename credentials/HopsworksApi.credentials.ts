import type { IAuthenticate, Icon, ICredentialType, INodeProperties } from 'n8n-workflow';
import { apiKeyIn } from '../nodes/core/hopsworks/apiKey';
import { asText } from '../nodes/core/json/json';

/** An API key of Hopsworks and the addresses that it may be sent to. Its Test is the nodes' `hopsworksApiTest`. */
export class HopsworksApi implements ICredentialType {
	name = 'hopsworksApi';

	displayName = 'Hopsworks API';

	icon: Icon = { light: 'file:../icons/hopsworks.svg', dark: 'file:../icons/hopsworks.dark.svg' };

	documentationUrl = 'https://github.com/n8n-nodes-hopsworks/n8n-nodes-hopsworks#the-credential';

	properties: INodeProperties[] = [
		{
			displayName: 'API Key',
			name: 'apiKey',
			type: 'string',
			typeOptions: { password: true },
			required: true,
			default: '',
			description:
				"Create it in Hopsworks under your name, Account Settings, API. It needs the scope SERVING, and also PROJECT if you fill in 'Hopsworks URL'.",
		},
		{
			displayName: 'Hopsworks URL',
			name: 'hopsworksUrl',
			type: 'string',
			default: '',
			placeholder: 'e.g. https://c.app.hopsworks.ai',
			description:
				'The address at which you open Hopsworks in your browser. With it you can pick deployments from a list, and the node finds the address at which they answer.',
		},
		{
			displayName: 'Project',
			name: 'project',
			type: 'string',
			default: '',
			placeholder: 'e.g. my_project',
			description:
				'The name of the project that the deployments belong to, as Hopsworks shows it. Leave it empty if nodes that use this credential work in several projects: each then chooses one in its options.',
		},
		{
			displayName: 'Model Serving URL',
			name: 'servingUrl',
			type: 'string',
			default: '',
			placeholder: 'e.g. http://10.87.42.108',
			description:
				"Only needed if n8n cannot reach Hopsworks itself, or cannot reach the address that Hopsworks gives for its deployments. It is the beginning of the URL on a deployment's page. If it is the only address, you choose deployments by name or by URL.",
		},
		{
			displayName: 'CA Certificate',
			name: 'trustedCa',
			type: 'string',
			typeOptions: { rows: 5 },
			default: '',
			placeholder: '-----BEGIN CERTIFICATE----- …',
			description:
				"Only needed if your cluster's certificates come from an authority of its own, or are self-signed. Paste the certificate of the authority as PEM text, or several, one below the other: where Hopsworks and the gateway have different authorities, those of both. While it is filled in, no other authority is trusted for these addresses, public ones neither. Certificates only, never a private key. Needs n8n 2.20 or later.",
			displayOptions: { show: { ignoreSslIssues: [false] } },
		},
		{
			displayName: 'Ignore SSL Issues (Insecure)',
			name: 'ignoreSslIssues',
			type: 'boolean',
			default: false,
			description: 'Whether to connect even if SSL certificate validation is not possible',
		},
		// n8n adds these two to a credential that has none, and then allows every address.
		{
			displayName: 'Allowed HTTP Request Domains',
			name: 'allowedHttpRequestDomains',
			type: 'options',
			options: [
				{
					name: 'All',
					value: 'all',
					description: 'Allow all requests when used in the HTTP Request or GraphQL node',
				},
				{
					name: 'Specific Domains',
					value: 'domains',
					description: 'Restrict requests to specific domains',
				},
				{
					name: 'None',
					value: 'none',
					description: 'Block all requests when used in the HTTP Request or GraphQL node',
				},
			],
			default: 'none',
			description:
				'Control which domains this credential can be used with in HTTP Request or GraphQL nodes. This does not affect the Hopsworks nodes: they always send the API key to the addresses above.',
		},
		{
			displayName: 'Allowed Domains',
			name: 'allowedDomains',
			type: 'string',
			default: '',
			placeholder: 'example.com, *.subdomain.com',
			description: 'Comma-separated list of allowed domains (supports wildcards with *)',
			displayOptions: { show: { allowedHttpRequestDomains: ['domains'] } },
		},
	];

	/** A function, since n8n would evaluate an expression for every request. */
	authenticate: IAuthenticate = async ({ apiKey }, request) => ({
		...request,
		headers: { ...request.headers, Authorization: `ApiKey ${apiKeyIn(asText(apiKey))}` },
	});
}
