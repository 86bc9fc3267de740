/** The versions of a deployment's configuration (Hopsworks 5.2; hopsworks-api: `deployment_version.py`, `serving_api.py`). */
import { DEPLOYMENT_NOT_FOUND } from '../failure/errorCodes';
import type { Meaning } from '../failure/meaning';
import { badInput, badReply, success, type Failed, type Outcome } from '../failure/outcome';
import { pluralize } from '../failure/pluralize';
import { asText, isRecord, type Json } from '../json/json';
import { entriesOf, isVersion, shownOf } from './deploymentRecord';

export interface DeploymentVersion {
	/** From 1, and never used again. */
	version: number;
	/** Whether it is the one that the deployment runs. */
	isActive: boolean;
	/** ISO 8601, or milliseconds since the epoch; '' where not told. */
	created: string | number;
	createdBy: string;
	/** When it was last edited in place, in the same forms; '' where it never was. */
	updated: string | number;
	updatedBy: string;
	modelName: string;
	modelVersion?: number;
	/** `PYTHON`, `TENSORFLOW_SERVING`, `VLLM`; '' where not told. */
	modelServer: string;
	/** All that was sent, but for environment variables: they may hold secrets. */
	raw: Record<string, Json>;
}

interface VersionPage {
	versions: DeploymentVersion[];
	/** How many entries came, those included that are no version. */
	received: number;
	/** How many the server says there are in all. */
	count?: number;
}

/** How many versions one request asks for, as Hopsworks' own client does. */
export const VERSIONS_PER_PAGE = 100;

/** A list that goes on after so many pages has no end. */
const MOST_PAGES = 100;

function timeOf(value: Json | undefined): string | number {
	return typeof value === 'number' ? value : asText(value);
}

function readVersion(value: Json): DeploymentVersion | undefined {
	if (!isRecord(value) || !isVersion(value.version)) return undefined;
	const { version, modelVersion } = value;
	return {
		version,
		isActive: value.active === true,
		created: timeOf(value.created),
		createdBy: asText(value.createdBy),
		updated: timeOf(value.updated),
		updatedBy: asText(value.updatedBy),
		modelName: asText(value.modelName),
		modelVersion: typeof modelVersion === 'number' ? modelVersion : undefined,
		modelServer: asText(value.modelServer).toUpperCase(),
		raw: shownOf(value),
	};
}

/** A page of versions; `undefined` where entries are there, or are said to be, and none is a version. */
export function readVersionPage(json: Json | undefined): VersionPage | undefined {
	const entries = entriesOf(json);
	if (!entries) return undefined;
	const versions = entries.map(readVersion).filter((version) => version !== undefined);
	const count = isRecord(json) && typeof json.count === 'number' ? json.count : undefined;
	if (versions.length === 0 && entries.length > 0) return undefined;
	return { versions, received: entries.length, ...(count !== undefined && { count }) };
}

/**
 * Every version, the newest first and one a number, page by page. The end is an empty page, or one that the count says is
 * the last; a page that is full may not be the last, whatever the count. Numbers that were seen on an earlier page come from
 * a list that changed meanwhile, or from a server that always sends the same page.
 */
export async function allVersions(
	ask: (offset: number) => Promise<Outcome<VersionPage>>,
): Promise<Outcome<DeploymentVersion[]>> {
	const found = new Map<number, DeploymentVersion>();
	let counted = 0;
	let offset = 0;
	for (let page = 0; page < MOST_PAGES; page++) {
		const answer = await ask(offset);
		if (!answer.ok) return answer;
		const { versions, received, count } = answer.value;
		const known = found.size;
		for (const version of versions) found.set(version.version, version);
		counted = Math.max(counted, page === 0 ? (count ?? 0) : 0);
		offset += received;
		const isRepeated = received > 0 && found.size === known;
		if ((isRepeated || found.size === 0) && found.size < counted) return notAll(found.size, counted);
		const isLast = received < VERSIONS_PER_PAGE && (count === undefined || offset >= count);
		if (received === 0 || isRepeated || isLast) {
			return success([...found.values()].toSorted((one, other) => other.version - one.version));
		}
	}
	return badReply(
		`The list of versions does not end: Hopsworks sent ${pluralize(MOST_PAGES, 'page')} of it`,
		'Ask your administrator what answers in the place of Hopsworks.',
	);
}

function notAll(sent: number, counted: number): Failed {
	return badReply(
		`Hopsworks sent ${pluralize(sent, 'version')} where it counts ${counted.toLocaleString('en-US')}`,
		"Run it again. If it fails again, look at the deployment's page in Hopsworks, or ask your administrator.",
	);
}

/** The version that is active; `otherwise` is the one that the deployment's record names, in case the list does not tell. */
export function activeIn(versions: DeploymentVersion[], otherwise: number | undefined): DeploymentVersion | undefined {
	const active = versions.filter(({ isActive }) => isActive);
	return active.length === 1 ? active[0] : versions.find(({ version }) => version === otherwise);
}

/** The newest of the versions that are older than the active one, or the version of a number. */
export function versionToRunIn(
	name: string,
	versions: DeploymentVersion[],
	active: DeploymentVersion | undefined,
	wanted: number | 'previous',
): Outcome<number> {
	if (wanted !== 'previous') {
		return versions.some(({ version }) => version === wanted)
			? success(wanted)
			: badInput(
					`The deployment '${name}' has no version ${wanted}`,
					`${listOf(versions, active)} Choose one of them.`,
				);
	}
	if (!active) {
		return badInput(
			`Hopsworks does not say which version of the deployment '${name}' is active`,
			`${listOf(versions, active)} Name the one that shall run.`,
		);
	}
	const previous = versions.find(({ version }) => version < active.version);
	return previous
		? success(previous.version)
		: badInput(
				`The deployment '${name}' has no version before version ${active.version}, which is active`,
				`${listOf(versions, active)} Name the one that shall run.`,
			);
}

/** More are not named. */
const SHOWN_VERSIONS = 20;

function listOf(versions: DeploymentVersion[], active: DeploymentVersion | undefined): string {
	const named = versions
		.slice(0, SHOWN_VERSIONS)
		.map(({ version }) => (version === active?.version ? `${version} (active)` : String(version)));
	const more = versions.length > SHOWN_VERSIONS ? ', …' : '';
	return named.length === 0 ? 'It has none.' : `It has: ${named.join(', ')}${more}.`;
}

const NO_VERSIONS: Meaning = {
	message: 'This Hopsworks keeps no versions of deployments',
	description: 'They come with Hopsworks 5.2. Ask your administrator which release you have.',
};

/** What a refused look at the versions means: a release without them answers 404, but not because the deployment is gone. */
export function meaningOfNoVersions(status: number, code: number | undefined): Meaning | undefined {
	return status === 404 && code !== DEPLOYMENT_NOT_FOUND ? NO_VERSIONS : undefined;
}
