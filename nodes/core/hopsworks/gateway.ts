/** 'Model Serving URL': where the paths of a gateway begin, told apart from what else people paste there. */
import { badInput, success, type Outcome } from '../failure/outcome';
import { isRestApi } from './route';
import { readWebAddress } from './webAddress';

/** The last part of what an operation calls: a verb, or a route of language models. */
const CALLED =
	/(?:\/v1\/models\/[^/]+(?:\/(?:versions|labels)\/[^/]+)?(?::\w+)?|:\w+|\/(?:chat\/)?completions|\/embeddings)$/;

/** The page of a project or a deployment, as the browser's address bar shows it. */
const PAGE = /^\/p\/\d+(?:\/|$)/;

/** The path of the gateway where a path is a deployment's, whole or up to its name; undefined where it is none. */
function aboveDeployment(path: string): string | undefined {
	const called = CALLED.exec(path);
	if (!called) return isDeployment(path.split('/').slice(1)) ? '' : undefined;
	const rest = path.slice(0, called.index);
	const names = rest.split('/').slice(1);
	const start = names.findLastIndex((_name, at) => isDeployment(names.slice(at)));
	return start === -1 ? rest.replace(/(?:\/openai)?\/v1$/, '') : pathBefore(names, start);
}

function pathBefore(names: string[], end: number): string {
	return names
		.slice(0, end)
		.map((name) => `/${name}`)
		.join('');
}

/** Whether names begin as `/v1/<namespace>/<name>`. A gateway may have such a path of its own only below another one. */
function isDeployment([version, namespace = '', name = '']: string[]): boolean {
	return version === 'v1' && namespace !== '' && name !== '';
}

/** Reads where the paths of a gateway begin; `field` is what the failure calls it. */
export function readGateway(url: string, field = "'Model Serving URL' in the credential"): Outcome<string> {
	const gateway = readWebAddress(url, field);
	if (!gateway.ok) return gateway;
	const { origin, path } = gateway.value;
	if (isRestApi(path.split('/').slice(1))) {
		return badInput(
			`${field} is an address of the Hopsworks REST API`,
			"Fill in the address of the Istio gateway there, or leave it empty. Hopsworks' own address belongs into 'Hopsworks URL'.",
		);
	}
	if (PAGE.test(path)) {
		return badInput(
			`${field} is the address of a page in Hopsworks`,
			"Fill in the address of the Istio gateway there, which the deployment's page shows, or leave it empty. Hopsworks' own address belongs into 'Hopsworks URL'.",
		);
	}
	const above = aboveDeployment(path);
	if (above === undefined) return success(origin + path);
	return badInput(
		`${field} is the address of a deployment, not of the gateway`,
		`Fill in ${origin}${above} there. To give the address of one deployment, choose 'By URL' in front of 'Deployment' and paste it there.`,
	);
}
