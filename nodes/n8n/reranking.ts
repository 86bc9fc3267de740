/** A query and texts to a reranker: the protocol. */
import { success, type RowValues } from '../core/failure/outcome';
import type { Panel } from '../core/failure/panel';
import { withSent } from '../core/failure/sentRow';
import type { Batch } from '../core/batching/batchBuilder';
import { encode } from '../core/json/json';
import { wireFields } from '../core/language/givenSettings';
import { askedOfLanguageModel } from '../core/language/languageMeaning';
import { otherRerankUrl, readRelevances, rerankBody, rerankFormAt, type RerankForm } from '../core/language/reranking';
import { giveWay } from './cancel';
import { readExtraFields, readModelName } from './languageModel';
import type { ServerOptions } from './languageModelOptions';
import type { Protocol } from './modelCall';
import type { Options } from './options';
import type { ResolvedDeployment } from './resolver';
import { limitsAround, type TextCall } from './textCall';

/** What the node writes itself, or would lose rows by. */
const OWN_FIELDS = ['query', 'documents', 'text_1', 'text_2', 'top_n'];

/** Statuses of a server that does not know the path. */
const UNKNOWN = new Set([404, 405]);

interface Reranking<Value> extends TextCall {
	query: string;
	/** What becomes of the relevances of a request. */
	made(relevances: RowValues<number>, batch: Batch<string>): RowValues<Value>;
}

/** A row is a text as JSON. A server that has no ranking is asked for scores. Throws `unusable`. */
export function rerankProtocol<Value>(
	panel: Panel,
	options: Options<ServerOptions>,
	deployment: ResolvedDeployment,
	{ query, limits, usage, made }: Reranking<Value>,
): Protocol<string, Value> {
	const given = readExtraFields(options, ...OWN_FIELDS);
	const model = readModelName(options, deployment);
	const request = { model, query: encode(query), settings: wireFields(given) };
	const { target } = deployment;
	const writing = (form: RerankForm) => (texts: string[]) => rerankBody(form, texts, request);
	const form = rerankFormAt(target.url);
	const protocol: Protocol<string, Value> = {
		shared: request,
		target,
		asked: askedOfLanguageModel(panel, given),
		...limitsAround(rerankBody(form, [], request), limits),
		write: writing(form),
		async read(reply, batch) {
			const relevances = await readRelevances(reply, batch.items.length, giveWay);
			if (!relevances.ok) return relevances;
			usage.prompt += relevances.value.promptTokens;
			return success(made(relevances.value.relevances, batch));
		},
		async learn({ status = 0, reason }) {
			if (!UNKNOWN.has(status) || reason === 'noRoute' || protocol.target !== target) return undefined;
			const url = otherRerankUrl(target.url);
			protocol.target = { ...target, url };
			protocol.write = writing(rerankFormAt(url));
			return undefined;
		},
		explain: (failure, text) => withSent(failure, 'The text was sent as', text),
	};
	return protocol;
}
