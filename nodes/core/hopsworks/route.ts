/** The part of an address that belongs to an operation: how it is written, and how a pasted one is read. */
import { quoted } from '../failure/excerpt';
import { isName } from './name';
import { badInput, success, type Outcome } from '../failure/outcome';

/** The path of a pasted address below the gateway. */
export interface PastedPath {
	/** Its parts, decoded, without the verb. */
	names: string[];
	/** What stands behind the colon at its end; '' where there is none. */
	verb: string;
}

/** What a path calls. */
export interface Called {
	/** The deployment's name; '' where nothing tells it. */
	deployment: string;
	/** The whole path below the gateway. */
	path: string;
}

export interface Route {
	/** What is asked for, as the panel names it. */
	name: string;
	/** What a complete address ends with. */
	ending: string;
	/** The path below a deployment, given its name. */
	path: (deployment: string) => string;
	/**
	 * What a pasted path calls, whole or up to where the operation's own part begins; `undefined` where it calls anything
	 * else. The deployment has the given name where the path has none.
	 */
	read: (pasted: PastedPath, otherwise: string) => Called | undefined;
	/** Whether the path of the operation holds the deployment's name. */
	needsName: boolean;
	/** Whether Hopsworks itself passes such requests on; on KServe it knows predict alone. */
	isProxied: boolean;
	/** Whether language models answer it, and only they do. */
	isOfLanguage: boolean;
}

/** Where the REST API of Hopsworks begins; nothing of a gateway does. */
export const REST_API = 'hopsworks-api';

export function isRestApi(names: string[]): boolean {
	return names[0]?.toLowerCase() === REST_API;
}

/** Names as a path. */
export function pathOf(names: string[]): string {
	return names.map((name) => `/${encodeURIComponent(name)}`).join('');
}

/** Whether names are `/v1/<namespace>/<name>`, where a deployment begins on a gateway that goes by paths. */
function isDeployment(names: string[]): boolean {
	return names[0] === 'v1' && names.length === 3;
}

/** `verb` is `predict`, or TensorFlow Serving's `classify` or `regress`. */
export function predictRoute(verb: string): Route {
	return {
		name: `${verb.slice(0, 1).toUpperCase()}${verb.slice(1)}`,
		ending: `:${verb}`,
		path: (deployment) => `${pathOf(['v1', 'models', deployment])}:${verb}`,
		read(pasted, otherwise) {
			const { base, model } = cutAtModel(pasted.names);
			if (base.length > 0 && !isDeployment(base)) return undefined;
			if (pasted.verb !== '' && (pasted.verb !== verb || model.length === 0)) return undefined;
			const deployment = model[2] ?? base[2] ?? otherwise;
			const whole = [...base, ...(model.length > 0 ? model : ['v1', 'models', deployment])];
			return { deployment, path: `${pathOf(whole)}:${verb}` };
		},
		needsName: true,
		isProxied: verb === 'predict',
		isOfLanguage: false,
	};
}

/** A path in two: what finds the deployment, and its model, of which TensorFlow Serving knows versions and labels. */
function cutAtModel(names: string[]): { base: string[]; model: string[] } {
	const isModel = (start: number): boolean => {
		const [version, models, , kind = 'versions'] = names.slice(start);
		return version === 'v1' && models === 'models' && ['versions', 'labels'].includes(kind);
	};
	const at = [names.length - 3, names.length - 5].find((start) => start >= 0 && isModel(start)) ?? names.length;
	return { base: names.slice(0, at), model: names.slice(at) };
}

const LONGEST_PREFIX = 255;
const PREFIX = /^[A-Za-z0-9_.~/-]*$/;

/** Whether names may stand before an operation's own part: plain ones, and not where the REST API begins. */
function isPrefix(names: string[]): boolean {
	const text = names.join('/');
	return names.every(isName) && text.length <= LONGEST_PREFIX && PREFIX.test(text) && !isRestApi(names);
}

/** The parts of a path that a user wrote, with or without slashes around it. */
function partsOf(path: string): string[] {
	const parts = path.trim().split('/');
	const isPart = (part: string): boolean => part !== '';
	return parts.slice(parts.findIndex(isPart), parts.findLastIndex(isPart) + 1);
}

function endsWith(names: string[], end: string[]): boolean {
	return end.every((name, index) => names[names.length - end.length + index] === name);
}

/**
 * `apiPrefix` is `/v1` on vLLM and `/openai/v1` on KServe's own language model server. A pasted address may end with `other` in
 * the place of the operation's own part, and keeps it.
 */
function openAiRoute(apiPrefix: string, end: string[], name: string, other = end): Outcome<Route> {
	const prefix = partsOf(apiPrefix);
	if (!isPrefix(prefix)) {
		return badInput(
			`'API Path Prefix' is not the beginning of a path: ${quoted(apiPrefix)}`,
			"Give it as in /v1 or /openai/v1: letters, digits and - _ . ~ between slashes, without '..', and nothing else.",
		);
	}
	return success({
		name,
		ending: pathOf(end),
		path: () => pathOf([...prefix, ...end]),
		read({ names, verb }, otherwise) {
			const own = [end, other].find((one) => endsWith(names, one));
			const before = own ? names.slice(0, -own.length) : names;
			const base = isDeployment(before.slice(0, 3)) ? before.slice(0, 3) : [];
			const given = before.slice(base.length);
			const isOpen = !own && given.length === 0;
			if (verb !== '' || !isPrefix(given) || !(own || isOpen || endsWith(given, prefix))) return undefined;
			const path = pathOf([...base, ...(isOpen ? prefix : given), ...(own ?? end)]);
			return { deployment: base[2] ?? otherwise, path };
		},
		needsName: false,
		isProxied: false,
		isOfLanguage: true,
	});
}

/** `name` is the operation, as the user knows it: more than one asks by chats. */
export function chatRoute(apiPrefix: string, name = 'Chat'): Outcome<Route> {
	return openAiRoute(apiPrefix, ['chat', 'completions'], name);
}

export function embeddingsRoute(apiPrefix: string): Outcome<Route> {
	return openAiRoute(apiPrefix, ['embeddings'], 'Embed');
}

/** Servers that only score have another address for it. */
export function rerankRoute(apiPrefix: string): Outcome<Route> {
	return openAiRoute(apiPrefix, ['rerank'], 'Rerank', ['score']);
}
