/** A deployment's URL as a user pastes it: on which address it may be, and which paths of it an operation calls. */
import { isOpen, type Address, type Knowledge, type Plan } from './address';
import { quoted } from '../failure/excerpt';
import { firstLabel } from './hostName';
import { isName } from './name';
import { badInput, success, type Failed, type Outcome } from '../failure/outcome';
import { isRestApi, pathOf, REST_API, type Called, type PastedPath, type Route } from './route';
import { readWebAddress, withoutSlashes, type WebAddress } from './webAddress';

const LONGEST_URL = 2048;

interface Pasted extends PastedPath {
	origin: string;
}

/** The plan for a pasted URL. The `Host` goes with it, and tells the deployment's name where the path does not. */
export function planByUrl(address: Address, route: Route, known: Knowledge, host: string): Plan {
	const read = readPasted(address.deployment.value.trim(), route);
	if (!read.ok) return read;
	const pasted = read.value;
	const gateways = gatewaysOf(address, known);
	const called = calledIn(gateways, route, pasted, firstLabel(host));
	const isOnGateway = gateways.some(({ origin }) => origin === pasted.origin);
	// It could be on a gateway that Hopsworks names.
	if (!isOnGateway && !called && address.routing !== 'proxy' && isOpen(known, 'gateway')) {
		return { ok: false, asks: 'gateway' };
	}
	const allowed = originsOf(address, known);
	if (!allowed.includes(pasted.origin)) {
		const other = allowed.find((origin) => new URL(origin).hostname === new URL(pasted.origin).hostname);
		if (other !== undefined && new URL(other).protocol !== new URL(pasted.origin).protocol) {
			return badInput(
				`The deployment's URL is on ${pasted.origin}, and the credential names ${other}`,
				`Begin it with ${other} if that is right. Otherwise change the address in the credential: both must begin with http://, or both with https://, and the port must be the same.`,
			);
		}
		return badInput(
			`The deployment's URL is on ${pasted.origin}, which the credential does not name`,
			`The API key is sent only to the credential's own addresses (${allowed.join(', ') || 'none is filled in'}). If this is your gateway, put ${pasted.origin} into 'Model Serving URL' in the credential.`,
		);
	}
	if (called === undefined) return notCalled(isOnGateway, route, pasted);
	if (called.deployment === '' && route.needsName) {
		return badInput(
			"The deployment's URL does not contain the deployment's name",
			`Paste the whole address, up to '${route.ending}'.`,
		);
	}
	const target = { url: pasted.origin + called.path, deployment: called.deployment };
	return success(host === '' ? target : { ...target, host });
}

interface Gateway {
	origin: string;
	/** The path that it begins at. */
	base: string[];
}

/** The gateways that the key may go to. */
function gatewaysOf({ servingUrl }: Address, { gateway }: Knowledge): Gateway[] {
	return addressesIn([servingUrl, gateway ?? '']).map(({ origin, path }) => {
		const base = namesIn(path.split('/').slice(1));
		return { origin, base: base && !isRestApi(base) ? base : [] };
	});
}

/** Where the API key may go: the credential's own addresses, and a gateway that its Hopsworks named (docs/decisions/0013). */
function originsOf({ servingUrl, hopsworksUrl }: Address, { gateway }: Knowledge): string[] {
	return addressesIn([servingUrl, hopsworksUrl, gateway ?? '']).map(({ origin }) => origin);
}

function addressesIn(given: string[]): WebAddress[] {
	return given.map((text) => readWebAddress(text, '')).flatMap((read) => (read.ok ? [read.value] : []));
}

/** What a pasted URL on an address of the credential calls; undefined where that is nothing of the operation. */
function calledIn(gateways: Gateway[], route: Route, pasted: Pasted, otherwise: string): Called | undefined {
	const passedOn = route.isProxied ? passedOnBy(pasted) : undefined;
	if (passedOn) return passedOn;
	const { origin, names, verb } = pasted;
	const bases = gateways.flatMap((gateway) => (gateway.origin === origin ? [gateway.base, []] : []));
	for (const base of bases) {
		const isBelow = base.every((name, index) => name === names[index]);
		const called = isBelow ? route.read({ names: names.slice(base.length), verb }, otherwise) : undefined;
		if (called) return { ...called, path: pathOf(base) + called.path };
	}
	return undefined;
}

/** How Hopsworks itself passes predictions on: the one route of its REST API that a pasted URL may call. */
const PASSED_ON = new RegExp(`^/${REST_API}/api/project/\\d{1,15}/inference/models/[^/]+(?:/versions/\\d{1,15})?$`);

function passedOnBy({ names, verb }: PastedPath): Called | undefined {
	const path = pathOf(names);
	const isPassedOn = PASSED_ON.test(path) && (verb === '' || verb === 'predict');
	return isPassedOn ? { deployment: names[6] ?? '', path: `${path}:predict` } : undefined;
}

/** Reads a pasted URL part by part: what a URL parser would mend in silence is refused. */
function readPasted(text: string, route: Route): Outcome<Pasted> {
	const refused = (message: string, description = ''): Failed => badInput(message, description + formOf(route));
	if (text.length > LONGEST_URL) return refused("The deployment's URL is longer than 2,048 characters");
	if (/[\\\p{Cc}]/u.test(text)) return refused("The deployment's URL holds a backslash, a tab or a line break");
	const address = readWebAddress(text, "'Deployment'");
	if (!address.ok) return address;
	const path = text.replace(/^https?:\/\/[^/?#]*/i, '');
	const end = path.search(/[?#]/);
	if (end !== -1) {
		return refused(
			`The deployment's URL has something after its path: ${quoted(path.slice(end))}`,
			`Remove everything from '${path.charAt(end)}' on. `,
		);
	}
	const parts = withoutSlashes(path).split('/').slice(1);
	const [, last = '', verb = ''] = /^(.*):(\w+)$/.exec(parts.at(-1) ?? '') ?? [];
	const given = verb === '' ? parts : [...parts.slice(0, -1), last];
	const names = namesIn(given);
	if (names) return success({ origin: address.value.origin, names, verb });
	const wrong = given.find((part) => !namesIn([part]));
	return refused(`A part of the deployment's URL is not a name: ${quoted(wrong ?? '')}`);
}

/** The names that parts of a path stand for; undefined where one is none. */
function namesIn(parts: string[]): string[] | undefined {
	try {
		const names = parts.map(decodeURIComponent);
		return names.every(isName) ? names : undefined;
	} catch {
		return undefined;
	}
}

/** What a pasted URL has to look like. */
function formOf(route: Route): string {
	const base = 'https://GATEWAY/v1/NAMESPACE/NAME';
	return `Paste it as the deployment's page shows it: ${base}${route.path('NAME')}, or ${base} alone.`;
}

/** The endings of the other operations. */
const ENDINGS = ['completions', 'embeddings'];

/** Why a URL on an address of the credential calls nothing. */
function notCalled(isOnGateway: boolean, route: Route, { origin, names, verb }: Pasted): Failed {
	const path = pathOf(names) + (verb === '' ? '' : `:${verb}`);
	if (!isOnGateway) {
		const form = `${origin}/${REST_API}/api/project/NUMBER/inference/models/NAME:predict`;
		return badInput(
			`The deployment's URL is on the address of Hopsworks itself, where ${route.name} does not call ${quoted(path)}`,
			`${route.isProxied ? `There it calls ${form} alone. ` : ''}Paste the deployment's URL on the gateway. If that is the same address, put ${origin} into 'Model Serving URL' in the credential.`,
		);
	}
	const isOther = verb !== '' || ENDINGS.includes(names.at(-1) ?? '');
	if (isOther && !path.endsWith(route.ending)) {
		return badInput(
			`The deployment's URL ends with ${quoted(path.slice(path.lastIndexOf('/')))}, which is for another operation`,
			`Paste an address that ends with '${route.ending}', or the part before it.`,
		);
	}
	return badInput(`${route.name} does not call the path of the deployment's URL: ${quoted(path)}`, formOf(route));
}
