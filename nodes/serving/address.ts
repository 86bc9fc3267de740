/** Where a deployment answers: the URL and `Host` of a request, and whether the API key may go there. */
import type { DeploymentRecord } from './deploymentRecord';
import { badInput, success, type Failure, type Outcome } from './outcome';
import type { Route } from './route';

export interface Target {
	url: string;
	/** Value of the `Host` header, where the gateway routes by host name. */
	host?: string;
	/** The deployment's name; '' where the address does not tell. */
	deployment: string;
}

export interface Address {
	deployment: { mode: 'name' | 'url'; value: string };
	/** The credential's addresses and project; '' where not filled in. */
	servingUrl: string;
	hopsworksUrl: string;
	project: string;
	/** The node's options; '' where not set. */
	namespace: string;
	hostHeader: string;
	routing: Routing;
	/** What the credential's own Hopsworks told, where it was asked. */
	discovery?: Discovery;
}

/** How a deployment is reached; `auto` takes what its record and the credential allow. */
export type Routing = 'auto' | 'path' | 'host' | 'proxy';

export interface Discovery {
	projectId?: number;
	/** Origin of the gateway that Hopsworks names; absent where it names none that is reached from outside. */
	gateway?: string;
	/** What host names of deployments end with. */
	domain?: string;
	record?: DeploymentRecord;
}

const OTHER_ENDINGS = /(:\w+|\/completions|\/embeddings)$/;
const HOST_NAME = /^[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_])?(?::\d{1,5})?$/;

function readUrl(text: string, field: string): Outcome<URL> {
	const url = URL.canParse(text) ? new URL(text) : undefined;
	if (!url || !/^https?:$/.test(url.protocol)) {
		return badInput(`${field} is not a web address: '${text}'`, 'It must begin with http:// or https://.');
	}
	if (url.username !== '' || url.password !== '') {
		return badInput(
			`${field} holds a user name or password`,
			"Remove the part before '@'. The API key of the credential is all that is needed.",
		);
	}
	return success(url);
}

function trimmedPath(url: URL): string {
	return url.pathname.replace(/\/+$/, '');
}

/** The name in `…/v1/models/<name>…`, else in `/v1/<namespace>/<name>…`, else the first label of the host name. */
function deploymentIn(path: string, host: string): string {
	const inPath = /\/models\/([^/:]+)/.exec(path) ?? /^\/v1\/(?!chat\/)[^/]+\/([^/:]+)/.exec(path);
	return inPath?.[1] ?? host.split('.')[0] ?? '';
}

/** The namespace that Kubernetes gives a project: lower case, every other character a hyphen (hopsworks-api: `serving_api.py`). */
export function namespaceOf(project: string): string {
	return project.toLowerCase().replace(/[^a-z0-9-]/g, '-');
}

/**
 * The target of a request.
 * Fails where a part is missing or unusable, and for a pasted URL on an origin that the credential does not name.
 */
export function targetOf(address: Address, route: Route): Outcome<Target> {
	const host = address.hostHeader.trim();
	if (host !== '' && !HOST_NAME.test(host)) {
		return badInput(
			`'Host Header' is not a host name: '${host}'`,
			'Give the bare name that the deployment page shows, such as fraud.test.hopsworks.ai: no http://, no path.',
		);
	}
	const { mode } = address.deployment;
	if (mode === 'url') {
		const found = byUrl(address, route, host);
		return found.ok && host !== '' ? success({ ...found.value, host }) : found;
	}
	return byName(address, route, host);
}

function byUrl(address: Address, route: Route, host: string): Outcome<Target> {
	const given = readUrl(address.deployment.value.trim(), "'Deployment'");
	if (!given.ok) return given;
	const url = given.value;
	const allowed = originsOf(address);
	if (!allowed.includes(url.origin)) {
		return badInput(
			`The deployment's URL is on ${url.origin}, which the credential does not name`,
			`The API key is sent only to the credential's own addresses (${allowed.join(', ') || 'none is filled in'}). If this is your gateway, put ${url.origin} into 'Model Serving URL' in the credential.`,
		);
	}
	const path = trimmedPath(url);
	const deployment = deploymentIn(path, host);
	const target = (full: string): Outcome<Target> => success({ url: `${url.origin}${full}${url.search}`, deployment });
	if (path.endsWith(route.ending)) return target(path);
	if (OTHER_ENDINGS.test(path)) {
		return badInput(
			`The deployment's URL ends with '${path.slice(path.lastIndexOf('/'))}', which is for another operation`,
			`Paste an address that ends with '${route.ending}', or the part before it.`,
		);
	}
	if (route.path('') !== route.path('x') && deployment === '') {
		return badInput(
			"The deployment's URL does not tell the deployment's name",
			`Paste the whole address, up to '${route.ending}'.`,
		);
	}
	const present = route.prefixes(deployment).find((prefix) => path.endsWith(prefix)) ?? '';
	return target(path.slice(0, path.length - present.length) + route.path(deployment));
}

/** Where the API key may go: the credential's own addresses, and a gateway that its Hopsworks named (docs/decisions/0013). */
function originsOf({ servingUrl, hopsworksUrl, discovery }: Address): string[] {
	return [servingUrl, hopsworksUrl, discovery?.gateway ?? '']
		.filter((url) => URL.canParse(url))
		.map((url) => new URL(url).origin);
}

/** Whether a pasted URL is on none of the credential's own addresses. */
export function isElsewhere(address: Address): boolean {
	const url = address.deployment.value.trim();
	return address.deployment.mode === 'url' && URL.canParse(url) && !originsOf(address).includes(new URL(url).origin);
}

/** What host names of deployments end with, unless the cluster says otherwise. */
const DEFAULT_DOMAIN = 'hopsworks.ai';

function byName(address: Address, route: Route, host: string): Outcome<Target> {
	const deployment = address.deployment.value.trim();
	if (deployment === '') {
		return badInput("'Deployment' is empty", "Enter the deployment's name, or choose 'By URL' and paste its address.");
	}
	if (deployment.includes('/')) {
		return badInput(
			`'Deployment' is not a name: '${deployment}'`,
			"To give an address, choose 'By URL' in front of it.",
		);
	}
	const { discovery, routing } = address;
	if (discovery?.record?.isGrpc) {
		return badInput(
			`The deployment '${deployment}' answers gRPC only, which this node does not speak`,
			"Deploy it with the API protocol 'REST', or pick another deployment.",
		);
	}
	const isHidden = discovery?.record?.isBehindGateway === false;
	const gatewayUrl = isHidden ? '' : address.servingUrl.trim() || (discovery?.gateway ?? '');
	if (routing === 'proxy' || (gatewayUrl === '' && routing === 'auto' && discovery)) {
		return byProxy(address, route, deployment);
	}
	if (gatewayUrl === '') return { ok: false, failure: missingGateway(address) };
	const gateway = readUrl(gatewayUrl, "'Model Serving URL' in the credential");
	if (!gateway.ok) return gateway;
	const base = `${gateway.value.origin}${trimmedPath(gateway.value)}`;
	const name = encodeURIComponent(deployment);
	const byHostName = { url: base + route.path(name), deployment };
	if (host !== '' && routing !== 'path') return success({ ...byHostName, host });
	const known = address.namespace.trim() || (discovery?.record?.namespace ?? '');
	const namespace = known || namespaceOf(address.project.trim());
	if (namespace === '') {
		return badInput(
			'The project of the deployment is not known',
			"Fill in 'Project' in the credential or 'Namespace' in the options. Gateways that route by host name need 'Host Header' instead.",
		);
	}
	// Records of releases that know no path routing name no namespace.
	const isOld = discovery?.record !== undefined && known === '';
	if (routing === 'host' || (routing === 'auto' && isOld)) {
		const domain = discovery?.domain ?? DEFAULT_DOMAIN;
		return success({ ...byHostName, host: `${deployment}.${namespace}.${domain}`.toLowerCase() });
	}
	return success({
		url: `${base}/v1/${encodeURIComponent(namespace)}/${name}${route.path(name)}`,
		deployment,
	});
}

/** Hopsworks itself passes predictions on, where there is no gateway to be reached (backend: `InferenceResource.java`). */
function byProxy({ hopsworksUrl, discovery, routing }: Address, route: Route, deployment: string): Outcome<Target> {
	if (!route.isProxied) {
		return badInput(
			`${route.name} needs the gateway, and ${routing === 'proxy' ? "'Routing' leaves it out" : 'Hopsworks names none that can be reached'}`,
			"Hopsworks itself passes on predictions only. Fill in 'Model Serving URL' in the credential with the gateway's address, or ask your administrator for one.",
		);
	}
	if (discovery?.projectId === undefined) {
		return badInput(
			"'Routing' through Hopsworks needs 'Hopsworks URL' in the credential",
			'Fill it in: the address under which you open Hopsworks in the browser.',
		);
	}
	const { origin } = new URL(hopsworksUrl.trim());
	const path = `/project/${discovery.projectId}/inference/models/${encodeURIComponent(deployment)}:predict`;
	return success({ url: `${origin}/hopsworks-api/api${path}`, deployment });
}

function missingGateway({ hopsworksUrl }: Address): Failure {
	const known = hopsworksUrl.trim() !== '';
	return {
		kind: 'input',
		message: known
			? "'Routing' needs a gateway, and Hopsworks names none that can be reached"
			: "The credential has neither 'Model Serving URL' nor 'Hopsworks URL'",
		description: known
			? "Fill in 'Model Serving URL' in the credential with the address of the Istio gateway, or set 'Routing' to 'Automatic'."
			: "Fill in 'Model Serving URL' with the address that the deployment's page in Hopsworks shows.",
	};
}
