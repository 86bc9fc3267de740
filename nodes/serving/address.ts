/** Where a deployment answers: the URL and `Host` of a request, and whether the API key may go there. */
import { badInput, success, type Failure, type Outcome } from './outcome';

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
}

/** The part of an address that belongs to an operation. */
export interface Route {
	/** What a complete address ends with. */
	ending: string;
	/** The path below a deployment, given its name. */
	path: (deployment: string) => string;
	/** Beginnings of that path which a pasted address may already have as its end. */
	prefixes: (deployment: string) => string[];
}

/** `verb` is `predict`, or TensorFlow Serving's `classify` or `regress`. */
export function predictRoute(verb: string): Route {
	return {
		ending: `:${verb}`,
		path: (deployment) => `/v1/models/${deployment}:${verb}`,
		prefixes: (deployment) => [`/v1/models/${deployment}`],
	};
}

/** `apiPrefix` is `/v1` on vLLM and `/openai/v1` on KServe's own language model server. */
function openAiRoute(apiPrefix: string, ending: string): Route {
	const trimmed = apiPrefix.replace(/^\/+|\/+$/g, '');
	const prefix = trimmed === '' ? '' : `/${trimmed}`;
	return { ending, path: () => `${prefix}${ending}`, prefixes: () => [prefix] };
}

export function chatRoute(apiPrefix: string): Route {
	return openAiRoute(apiPrefix, '/chat/completions');
}

export function embeddingsRoute(apiPrefix: string): Route {
	return openAiRoute(apiPrefix, '/embeddings');
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
	const found = address.deployment.mode === 'url' ? byUrl(address, route, host) : byName(address, route, host);
	if (!found.ok || host === '') return found;
	return success({ ...found.value, host });
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

function originsOf({ servingUrl, hopsworksUrl }: Address): string[] {
	return [servingUrl, hopsworksUrl].filter((url) => URL.canParse(url)).map((url) => new URL(url).origin);
}

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
	if (address.servingUrl.trim() === '') return { ok: false, failure: missingGateway(address) };
	const gateway = readUrl(address.servingUrl.trim(), "'Model Serving URL' in the credential");
	if (!gateway.ok) return gateway;
	const base = `${gateway.value.origin}${trimmedPath(gateway.value)}`;
	const name = encodeURIComponent(deployment);
	if (host !== '') return success({ url: base + route.path(name), deployment });
	const namespace = address.namespace.trim() || namespaceOf(address.project.trim());
	if (namespace === '') {
		return badInput(
			'The project of the deployment is not known',
			"Fill in 'Project' in the credential or 'Namespace' in the options. Gateways that route by host name need 'Host Header' instead.",
		);
	}
	return success({
		url: `${base}/v1/${encodeURIComponent(namespace)}/${name}${route.path(name)}`,
		deployment,
	});
}

function missingGateway({ hopsworksUrl }: Address): Failure {
	const known = hopsworksUrl.trim() !== '';
	return {
		kind: 'input',
		message: known
			? "A deployment's name needs 'Model Serving URL' in the credential"
			: "The credential has neither 'Model Serving URL' nor 'Hopsworks URL'",
		description: known
			? "Fill in 'Model Serving URL' with the address of the Istio gateway, or choose 'By URL' and paste the deployment's address."
			: "Fill in 'Model Serving URL' with the address that the deployment's page in Hopsworks shows.",
	};
}
