/** How a deployment's name becomes the target of a request: by path, by host name, or through Hopsworks. */
import { isOpen, type Address, type Knowledge, type Plan } from './address';
import { quoted } from '../failure/excerpt';
import { misfit } from './fit';
import { readGateway } from './gateway';
import { isHostName, isLabel } from './hostName';
import { isName, namespaceOf, readName } from './name';
import { badInput, badReply, success, type Failed, type Outcome } from '../failure/outcome';
import { pathOf, REST_API, type Route } from './route';
import { readWebAddress } from './webAddress';

/** What host names of deployments end with, unless the cluster says otherwise. */
const DEFAULT_DOMAIN = 'hopsworks.ai';

/** The plan for a deployment that is given by its name. `host` is the `Host` that the user set, '' where none is. */
export function planByName(address: Address, route: Route, known: Knowledge, host: string): Plan {
	const { routing, servingUrl } = address;
	const { record } = known;
	const given = address.deployment.value.trim();
	if (given === '') {
		return badInput("'Deployment' is empty", "Enter the deployment's name, or choose 'By URL' and paste its address.");
	}
	const named = readName(given, "'Deployment'", "To give an address, choose 'By URL' in front of it. ");
	if (!named.ok) return named;
	const deployment = named.value;
	if (isOpen(known, 'record')) return { ok: false, asks: 'record' };
	if (record?.isGrpc) {
		return badInput(
			`The deployment '${deployment}' answers gRPC only, which this node does not speak`,
			"Deploy it with the API protocol 'REST', or pick another deployment.",
		);
	}
	const unfit = record && misfit(record, route);
	if (unfit) return unfit;
	if (routing === 'proxy') return throughHopsworks(address, route, known, deployment);
	const isHidden = record?.isBehindGateway === false;
	if (!isHidden && servingUrl.trim() === '' && isOpen(known, 'gateway')) return { ok: false, asks: 'gateway' };
	const gatewayUrl = isHidden ? '' : servingUrl.trim() || (known.gateway ?? '');
	if (gatewayUrl === '' && routing === 'auto' && known.canAsk)
		return throughHopsworks(address, route, known, deployment);
	if (gatewayUrl === '') return missingGateway(address);
	const gateway = readGateway(gatewayUrl);
	return gateway.ok ? throughGateway(address, route, known, { gateway: gateway.value, deployment, host }) : gateway;
}

interface Destination {
	/** Where the paths of the gateway begin. */
	gateway: string;
	deployment: string;
	host: string;
}

/** By path, or by the host name that is given or composed. */
function throughGateway(
	address: Address,
	route: Route,
	known: Knowledge,
	{ gateway, deployment, host }: Destination,
): Plan {
	const { routing } = address;
	const byHostName = { url: gateway + route.path(deployment), deployment };
	if (host !== '' && routing !== 'path') return success({ ...byHostName, host });
	const namespace = namespaceIn(address, known);
	if (!namespace.ok) return namespace;
	// Records of releases that know no path routing name no namespace.
	const isOld = known.record?.namespace === '' && address.namespace.trim() === '';
	if (routing === 'host' || (routing === 'auto' && isOld)) {
		if (isOpen(known, 'domain')) return { ok: false, asks: 'domain' };
		const composed = hostOf(deployment, namespace.value, known.domain ?? DEFAULT_DOMAIN);
		return composed.ok ? success({ ...byHostName, host: composed.value }) : composed;
	}
	const path = pathOf(['v1', namespace.value, deployment]) + route.path(deployment);
	return success({ url: gateway + path, deployment });
}

/** The option, else what the record tells, else what Hopsworks tells of the project, else what Kubernetes makes of its name. */
function namespaceIn({ namespace, project }: Address, known: Knowledge): Outcome<string> {
	if (namespace.trim() !== '') return readName(namespace, "'Namespace'");
	const told = known.record?.namespace ?? '';
	if (isName(told)) return success(told);
	if (told !== '') {
		return badReply(
			`Hopsworks names a namespace that no address can hold: ${quoted(told)}`,
			"It stands in the deployment's record, so nothing that you entered is wrong. Set 'Namespace' in the options to the right one.",
		);
	}
	const { name: toldName = '', namespace: ofProject = '' } = known.project ?? {};
	if (isName(ofProject)) return success(ofProject);
	if (project.trim() === '') {
		const composed = namespaceOf(toldName);
		if (isName(composed)) return success(composed);
		return badInput(
			'The project of the deployment is not known',
			"Fill in 'Project' in the credential, or 'Project' or 'Namespace' in the options. Gateways that route by host name need 'Routing' set to 'By Host Name' and 'Host Header' filled in instead.",
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
			"Set 'Routing' to 'By Path' in the options (Hopsworks 4.8 and later), or to 'By Host Name', with the host name that the deployment's page shows in 'Host Header'.",
		);
	}
	const host = `${deployment}.${namespace}.${domain}`;
	if (isHostName(host)) return success(host.toLowerCase());
	return badReply(
		`The host name of the deployment cannot be one: ${quoted(host)}`,
		"Its ending stands in Hopsworks' variable kube_knative_domain_name. Set 'Host Header' in the options to the host name that the deployment's page shows.",
	);
}

/** Hopsworks itself passes predictions on, where there is no gateway to be reached (backend: `InferenceResource.java`). */
function throughHopsworks(
	{ hopsworksUrl, routing }: Address,
	route: Route,
	known: Knowledge,
	deployment: string,
): Plan {
	if (!route.isProxied) {
		return badInput(
			`${route.name} needs the gateway, and ${routing === 'proxy' ? "'Routing' leaves it out" : 'Hopsworks names none that can be reached'}`,
			"Hopsworks itself passes on predictions only. Fill in 'Model Serving URL' in the credential with the gateway's address, or ask your administrator for one.",
		);
	}
	if (known.record?.kind === 'featureView') {
		return badInput(
			`The deployment '${deployment}' serves a feature view, which Hopsworks itself does not pass on`,
			"It is reached through the gateway alone. Fill in 'Model Serving URL' in the credential with the gateway's address, or ask your administrator for one.",
		);
	}
	if (isOpen(known, 'project')) return { ok: false, asks: 'project' };
	if (known.project === undefined) {
		return badInput(
			"'Routing' through Hopsworks needs 'Hopsworks URL' in the credential",
			'Fill it in: the address at which you open Hopsworks in the browser.',
		);
	}
	const hopsworks = readWebAddress(hopsworksUrl, "'Hopsworks URL' in the credential");
	if (!hopsworks.ok) return hopsworks;
	const path = pathOf([REST_API, 'api', 'project', String(known.project.id), 'inference', 'models', deployment]);
	return success({ url: `${hopsworks.value.origin}${path}:predict`, deployment });
}

function missingGateway({ hopsworksUrl }: Address): Failed {
	if (hopsworksUrl.trim() === '') {
		return badInput(
			"The credential has neither 'Model Serving URL' nor 'Hopsworks URL'",
			"Fill in 'Model Serving URL' with the address that the deployment's page in Hopsworks shows.",
		);
	}
	return badInput(
		"'Routing' needs a gateway, and Hopsworks names none that can be reached",
		"Fill in 'Model Serving URL' in the credential with the address of the Istio gateway, or set 'Routing' to 'Automatic'.",
	);
}
