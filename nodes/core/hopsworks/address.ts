/** Where a deployment answers: what is given of its address, what Hopsworks tells of it, and what is made of both. */
import type { Outcome } from '../failure/outcome';
import type { DeploymentRecord, Project } from './deploymentRecord';

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
	/** The credential's addresses; '' where not filled in. */
	servingUrl: string;
	hopsworksUrl: string;
	/** The credential's, or the one that the node has chosen; '' where neither names one. */
	project: string;
	/** The node's options; '' where not set. */
	namespace: string;
	hostHeader: string;
	routing: Routing;
}

/** How a deployment is reached; `auto` takes what its record and the credential allow. */
export type Routing = 'auto' | 'path' | 'host' | 'proxy';

/** What the credential's own Hopsworks has told so far. What it was not asked is absent, and null is what it does not have. */
export interface Knowledge {
	/** Whether it can be asked for more. */
	canAsk: boolean;
	project?: Project;
	record?: DeploymentRecord;
	/** Origin of the gateway that is reached from outside. */
	gateway?: string | null;
	/** What host names of deployments end with. */
	domain?: string | null;
}

export type Question = 'project' | 'record' | 'gateway' | 'domain';

/** The target of a request, the reason why there is none, or what Hopsworks has to be asked before that is known. */
export type Plan = Outcome<Target> | { ok: false; asks: Question };

/** Whether a question is still open, and there is somebody to ask. */
export function isOpen(known: Knowledge, question: Question): boolean {
	return known.canAsk && known[question] === undefined;
}
