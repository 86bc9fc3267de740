/** Where a deployment answers: what is given of its address, and what is made of it. */
import type { DeploymentRecord } from './deploymentRecord';

/** The URL and `Host` of a request. */
export interface Target {
	url: string;
	/** Value of the `Host` header, where the gateway routes by host name. */
	host?: string;
	/** The deployment's name; '' where the address does not tell. */
	deployment: string;
}

export interface Address {
	deployment: { mode: 'name' | 'url'; value: string };
	/** The credential's addresses and project; '' where not filled in. */
	servingUrl: string;
	hopsworksUrl: string;
	project: string;
	/** The node's options; '' where not set. */
	namespace: string;
	hostHeader: string;
	routing: Routing;
	/** What the credential's own Hopsworks told, where it was asked. */
	discovery?: Discovery;
}

/** How a deployment is reached; `auto` takes what its record and the credential allow. */
export type Routing = 'auto' | 'path' | 'host' | 'proxy';

export interface Discovery {
	projectId?: number;
	/** Origin of the gateway that Hopsworks names; absent where it names none that is reached from outside. */
	gateway?: string;
	/** What host names of deployments end with. */
	domain?: string;
	record?: DeploymentRecord;
}
