/** From what is given and known of an address to the target of a request, or to the question that is still open. */
import { quoted } from '../failure/excerpt';
import { badInput } from '../failure/outcome';
import type { Address, Knowledge, Plan } from './address';
import { isHost } from './hostName';
import { planByName } from './namedDeployment';
import { planByUrl } from './pastedUrl';
import type { Route } from './route';

/**
 * Plans how a deployment is reached; asked again with the answer where a question was open. Fails where a part is missing
 * or unusable, and for a pasted URL that is not an address of the operation on an origin that the credential names.
 */
export function planRoute(address: Address, route: Route, known: Knowledge): Plan {
	const host = address.hostHeader.trim();
	if (host !== '' && !isHost(host)) {
		return badInput(
			`'Host Header' is not a host name: ${quoted(host)}`,
			'Give the bare name that the deployment page shows, such as fraud.test.hopsworks.ai: no http://, no path.',
		);
	}
	return address.deployment.mode === 'url'
		? planByUrl(address, route, known, host)
		: planByName(address, route, known, host);
}
