/** The API keys of the sandbox, and how its two doors refuse others: each in its own words (Hopsworks: ApiKeyFilter.java, 'REST API Status Codes'). */
import { json, type Reply } from './reply.cts';

export type Scope = 'DATASET_VIEW' | 'MODELREGISTRY' | 'PROJECT' | 'SERVING';

/** By prefix: the secret and the scopes. The last two let a missing scope be seen. */
const KEYS: Record<string, { secret: string; scopes: Scope[] }> = {
	PREFIX: { secret: 'SECRET', scopes: ['DATASET_VIEW', 'MODELREGISTRY', 'PROJECT', 'SERVING'] },
	NOSERVING: { secret: 'SECRET', scopes: ['PROJECT'] },
	NOPROJECT: { secret: 'SECRET', scopes: ['SERVING'] },
};

/** The key to use. */
export const SANDBOX_KEY = 'PREFIX.SECRET';

function read(authorization: string | undefined): {
	scheme: string;
	known?: { secret: string; scopes: Scope[] };
	secret: string;
} {
	const [scheme = '', key = ''] = authorization?.split(' ') ?? [];
	const [prefix = '', secret = ''] = key.split('.');
	return { scheme, known: Object.hasOwn(KEYS, prefix) ? KEYS[prefix] : undefined, secret };
}

/** The gateway's refusal: it says the same of an unknown key and of one without the scope SERVING. */
export function refusedByGateway(authorization: string | undefined): Reply | undefined {
	const { scheme, known, secret } = read(authorization);
	if (scheme !== 'ApiKey' || !known?.scopes.includes('SERVING')) {
		return json(401, { userMsg: 'invalid or non-existent api key' });
	}
	return known.secret === secret ? undefined : json(401, { userMsg: 'could not authenticate API key' });
}

/** The REST API's refusal. */
export function refusedByRest(authorization: string | undefined, scope: Scope): Reply | undefined {
	const { scheme, known, secret } = read(authorization);
	if (authorization === undefined) return json(401, { errorCode: 200003, errorMsg: 'Authorization header not set.' });
	if (scheme !== 'ApiKey') return json(401, { errorCode: 200003, errorMsg: 'Authorization method not supported.' });
	if (!known) return json(401, { errorCode: 320002, errorMsg: 'Api key not found' });
	if (known.secret !== secret) return json(401, { errorCode: 320012, errorMsg: 'Invalid or incorrect API key.' });
	if (known.scopes.includes(scope)) return undefined;
	const errorMsg = 'No valid scope found for this invocation';
	return json(403, { errorCode: 320004, errorMsg, usrMsg: `${errorMsg}. Valid scope is: [${scope}]` });
}
