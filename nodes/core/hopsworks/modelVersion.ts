/** The versions of models in a project's registry (hopsworks-api: `model_api.py`; OpenAPI 4.2.0). */
import { SCOPE_MISSING, scopeMissing } from '../failure/errorCodes';
import type { Meaning } from '../failure/meaning';
import { badReply, success, type Outcome } from '../failure/outcome';
import { pluralize } from '../failure/pluralize';
import { asText, isRecord, type Json } from '../json/json';
import { entriesOf, isVersion } from './deploymentRecord';
import { momentOf } from './watchMemory';

export interface ModelVersion {
	name: string;
	version: number;
	/** In milliseconds since the epoch; undefined where that is not told. */
	created?: number;
	metrics: Record<string, number>;
	/** `TENSORFLOW`, `SKLEARN` and the like; '' where not told. */
	framework: string;
	description: string;
	/** Whoever made it; '' where not told. */
	createdBy: string;
}

interface ModelPage {
	versions: ModelVersion[];
	/** How many entries came, those included that are no version. */
	received: number;
	/** How many the server says there are in all. */
	count?: number;
}

/** How many versions one request asks for. */
export const MODELS_PER_PAGE = 500;

/** A list that goes on after so many pages has no end. */
const MOST_PAGES = 200;

/** How often a list is read that changes while it is read. */
const MOST_READINGS = 3;

function readVersion(value: Json): ModelVersion | undefined {
	if (!isRecord(value)) return undefined;
	const { name, version, metrics } = value;
	if (typeof name !== 'string' || name === '' || !isVersion(version)) return undefined;
	return {
		name,
		version,
		created: momentOf(value.created),
		metrics: metricsIn(metrics),
		framework: asText(value.framework).toUpperCase(),
		description: asText(value.description),
		createdBy: asText(value.userFullName),
	};
}

/** Metrics that are numbers; a text that is one counts as such. */
function metricsIn(value: Json | undefined): Record<string, number> {
	const numbers = Object.entries(isRecord(value) ? value : {}).map(([name, given]): [string, number] => {
		const isText = typeof given === 'string' && given.trim() !== '';
		return [name, typeof given === 'number' || isText ? Number(given) : NaN];
	});
	return Object.fromEntries(numbers.filter(([, number]) => Number.isFinite(number)));
}

/** A page of versions; `undefined` where entries are there and none is one. */
export function readModelPage(json: Json | undefined): ModelPage | undefined {
	const entries = entriesOf(json);
	if (!entries) return undefined;
	const versions = entries.map(readVersion).filter((version) => version !== undefined);
	if (versions.length === 0 && entries.length > 0) return undefined;
	const count = isRecord(json) && typeof json.count === 'number' ? json.count : undefined;
	return { versions, received: entries.length, ...(count !== undefined && { count }) };
}

/**
 * Every version, page by page. One that is deleted meanwhile moves all behind it, so that one of the next page is sent with
 * none: where fewer came than the server counts, the list is read again. It is no list if fewer come each time.
 */
export async function allModelVersions(
	ask: (offset: number) => Promise<Outcome<ModelPage>>,
): Promise<Outcome<ModelVersion[]>> {
	let counted = 0;
	let sent = 0;
	for (let reading = 0; reading < MOST_READINGS; reading++) {
		const found = new Map<string, ModelVersion>();
		let offset = 0;
		let page = 0;
		for (; page < MOST_PAGES; page++) {
			const answer = await ask(offset);
			if (!answer.ok) return answer;
			const { versions, received, count } = answer.value;
			const known = found.size;
			for (const version of versions) found.set(`${version.name}_${version.version}`, version);
			offset += received;
			counted = count ?? offset;
			const isLast = received < MODELS_PER_PAGE && (count === undefined || offset >= count);
			// A page that is known already comes from a server that always sends the same one.
			if (received === 0 || isLast || found.size === known) break;
		}
		if (page === MOST_PAGES) {
			return badReply(
				`The list of models does not end: Hopsworks sent ${pluralize(MOST_PAGES, 'page')} of it`,
				'Ask your administrator what answers in the place of Hopsworks.',
			);
		}
		sent = Math.max(sent, found.size);
		if (found.size >= counted) return success([...found.values()]);
	}
	return badReply(
		`Hopsworks sent ${pluralize(sent, 'model version')} where it counts ${counted.toLocaleString('en-US')}`,
		'The list may have changed while it was read: try again. If that fails each time, ask your administrator.',
	);
}

/** What a refusal of the registry means: it has a scope of its own, which keys that were made for deployments may lack. */
export function meaningInRegistry(status: number, code: number | undefined): Meaning | undefined {
	if (status !== 403 || (code !== undefined && code !== SCOPE_MISSING)) return undefined;
	const { message, description } = scopeMissing('[MODELREGISTRY]');
	return {
		message,
		description: `${description} If it has that scope, its user's role in the project does not allow this.`,
	};
}
