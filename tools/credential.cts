/** The credential as n8n imports it. */
import { SANDBOX_KEY } from '../sandbox/keys.cts';

/** For a gateway that takes the sandbox's key. */
export function credential(id: string, name: string, servingUrl: string, hopsworksUrl = '', trustedCa = ''): object {
	const data = { apiKey: SANDBOX_KEY, servingUrl, hopsworksUrl, project: 'test', trustedCa, ignoreSslIssues: false };
	return { id, name, type: 'hopsworksApi', data };
}
