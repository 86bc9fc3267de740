/** From what is given of an address to the target of a request, or to the reason why there is none. */
import type { Address, Target } from './address';
import { quoted } from './excerpt';
import { isHost } from './hostName';
import { targetByName } from './namedDeployment';
import { badInput, type Outcome } from './outcome';
import { targetByUrl } from './pastedUrl';
import type { Route } from './route';

/**
 * The target of a request.
 * Fails where a part is missing or unusable, and for a pasted URL that is not an address of the operation on an origin that
 * the credential names.
 */
export function targetOf(address: Address, route: Route): Outcome<Target> {
	const host = address.hostHeader.trim();
	if (host !== '' && !isHost(host)) {
		return badInput(
			`'Host Header' is not a host name: ${quoted(host)}`,
			'Give the bare name that the deployment page shows, such as fraud.test.hopsworks.ai: no http://, no path.',
		);
	}
	return address.deployment.mode === 'url' ? targetByUrl(address, route, host) : targetByName(address, route, host);
}
