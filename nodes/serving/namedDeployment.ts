/** How a deployment's name becomes the target of a request: by path, by host name, or through Hopsworks. */
import type { Address, Target } from './address';
import { quoted } from './excerpt';
import { isHostName, isLabel } from './hostName';
import { isName, namespaceOf, readName } from './name';
import { badInput, failed, success, type Failure, type Outcome } from './outcome';
import { isRestApi, pathOf, REST_API, type Route } from './route';
import { readWebAddress } from './webAddress';

/** What host names of deployments end with, unless the cluster says otherwise. */
const DEFAULT_DOMAIN = 'hopsworks.ai';

/** The target of a deployment that is given by its name. `host` is the `Host` that the user set, '' where none is. */
export function targetByName(address: Address, route: Route, host: string): Outcome<Target> {
	const { discovery, routing } = address;
	const given = address.deployment.value.trim();
	if (given === '') {
		return badInput("'Deployment' is empty", "Enter the deployment's name, or choose 'By URL' and paste its address.");
	}
	const named = readName(given, "'Deployment'", "To give an address, choose 'By URL' in front of it. ");
	if (!named.ok) return named;
	const deployment = named.value;
	if (discovery?.record?.isGrpc) {
		return badInput(
			`The deployment '${deployment}' answers gRPC only, which this node does not speak`,
			"Deploy it with the API protocol 'REST', or pick another deployment.",
		);
	}
	const isHidden = discovery?.record?.isBehindGateway === false;
	const gatewayUrl = isHidden ? '' : address.servingUrl.trim() || (discovery?.gateway ?? '');
	if (routing === 'proxy' || (gatewayUrl === '' && routing === 'auto' && discovery)) {
		return throughHopsworks(address, route, deployment);
	}
	if (gatewayUrl === '') return failed(missingGateway(address));
	const gateway = readGateway(gatewayUrl);
	if (!gateway.ok) return gateway;
	const byHostName = { url: gateway.value + route.path(deployment), deployment };
	if (host !== '' && routing !== 'path') return success({ ...byHostName, host });
	const namespace = namespaceIn(address);
	if (!namespace.ok) return namespace;
	// Records of releases that know no path routing name no namespace.
	const isOld = discovery?.record?.namespace === '' && address.namespace.trim() === '';
	if (routing === 'host' || (routing === 'auto' && isOld)) {
		const composed = hostOf(deployment, namespace.value, discovery?.domain ?? DEFAULT_DOMAIN);
		return composed.ok ? success({ ...byHostName, host: composed.value }) : composed;
	}
	const path = pathOf(['v1', namespace.value, deployment]) + route.path(deployment);
	return success({ url: gateway.value + path, deployment });
}

/** Where the paths of a gateway begin. */
function readGateway(url: string): Outcome<string> {
	const gateway = readWebAddress(url, "'Model Serving URL' in the credential");
	if (!gateway.ok) return gateway;
	const { origin, path } = gateway.value;
	if (!isRestApi(path.split('/').slice(1))) return success(origin + path);
	return badInput(
		"'Model Serving URL' in the credential is an address of the Hopsworks REST API",
		"Fill in the address of the Istio gateway there, or leave it empty. Hopsworks' own address belongs into 'Hopsworks URL'.",
	);
}

/** The option, else what the record tells, else what Kubernetes makes of the credential's project. */
function namespaceIn({ namespace, project, discovery }: Address): Outcome<string> {
	if (namespace.trim() !== '') return readName(namespace, "'Namespace'");
	const told = discovery?.record?.namespace ?? '';
	if (isName(told)) return success(told);
	if (told !== '') {
		return failed({
			kind: 'reply',
			message: `Hopsworks names a namespace that no address can hold: ${quoted(told)}`,
			description:
				"It stands in the deployment's record, so nothing that you entered is wrong. Set 'Namespace' in the options to the right one.",
		});
	}
	if (project.trim() === '') {
		return badInput(
			'The project of the deployment is not known',
			"Fill in 'Project' in the credential or 'Namespace' in the options. Gateways that route by host name need 'Host Header' instead.",
		);
	}
	const name = readName(project, "'Project' in the credential");
	return name.ok ? success(namespaceOf(name.value)) : name;
}

/** The host name of a deployment, as Knative composes it. */
function hostOf(deployment: string, namespace: string, domain: string): Outcome<string> {
	const wrong = [deployment, namespace].find((label) => !isLabel(label));
	if (wrong !== undefined) {
		return badInput(
			`${quoted(wrong)} cannot be a part of a host name, by which the gateway would find the deployment`,
			"Set 'Routing' to 'By Path' in the options (Hopsworks 4.8 and later), or 'Host Header' to the host name that the deployment's page shows.",
		);
	}
	const host = `${deployment}.${namespace}.${domain}`;
	if (isHostName(host)) return success(host.toLowerCase());
	return failed({
		kind: 'reply',
		message: `The host name of the deployment cannot be one: ${quoted(host)}`,
		description:
			"Its ending stands in Hopsworks' variable kube_knative_domain_name. Set 'Host Header' in the options to the host name that the deployment's page shows.",
	});
}

/** Hopsworks itself passes predictions on, where there is no gateway to be reached (backend: `InferenceResource.java`). */
function throughHopsworks(
	{ hopsworksUrl, discovery, routing }: Address,
	route: Route,
	deployment: string,
): Outcome<Target> {
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
	const hopsworks = readWebAddress(hopsworksUrl, "'Hopsworks URL' in the credential");
	if (!hopsworks.ok) return hopsworks;
	const path = pathOf([REST_API, 'api', 'project', String(discovery.projectId), 'inference', 'models', deployment]);
	return success({ url: `${hopsworks.value.origin}${path}:predict`, deployment });
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
