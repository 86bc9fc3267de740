/** The part of an address that belongs to an operation. */
export interface Route {
	/** What a complete address ends with. */
	ending: string;
	/** The path below a deployment, given its name. */
	path: (deployment: string) => string;
	/** Beginnings of that path which a pasted address may already have as its end. */
	prefixes: (deployment: string) => string[];
	/** Whether Hopsworks itself passes such requests on; on KServe it knows predict alone. */
	isProxied: boolean;
	/** What is asked for, as the panel names it. */
	name: string;
}

/** `verb` is `predict`, or TensorFlow Serving's `classify` or `regress`. */
export function predictRoute(verb: string): Route {
	return {
		ending: `:${verb}`,
		path: (deployment) => `/v1/models/${deployment}:${verb}`,
		prefixes: (deployment) => [`/v1/models/${deployment}`],
		isProxied: verb === 'predict',
		name: `${verb.slice(0, 1).toUpperCase()}${verb.slice(1)}`,
	};
}

/** `apiPrefix` is `/v1` on vLLM and `/openai/v1` on KServe's own language model server. */
function openAiRoute(apiPrefix: string, ending: string, name: string): Route {
	const trimmed = apiPrefix.replace(/^\/+|\/+$/g, '');
	const prefix = trimmed === '' ? '' : `/${trimmed}`;
	return { ending, path: () => `${prefix}${ending}`, prefixes: () => [prefix], isProxied: false, name };
}

export function chatRoute(apiPrefix: string): Route {
	return openAiRoute(apiPrefix, '/chat/completions', 'Chat');
}

export function embeddingsRoute(apiPrefix: string): Route {
	return openAiRoute(apiPrefix, '/embeddings', 'Embed');
}
