/** What a request needs of n8n, and the credential that goes with it. */
import type {
	ICredentialsDecrypted,
	IExecuteFunctions,
	ILoadOptionsFunctions,
	IPollFunctions,
	ISupplyDataFunctions,
} from 'n8n-workflow';
import { apiKeyIn } from '../core/hopsworks/apiKey';
import { asText } from '../core/json/json';
import { readTrust, type Trust } from './trust';
import { fromN8n, take } from './unusable';

export const CREDENTIAL = 'hopsworksApi';

/** What a request needs of n8n: a run of a node, or a model that is handed to another one. */
export type Context = IExecuteFunctions | ISupplyDataFunctions;

/**
 * The same, or the panel as it offers choices, or a trigger that looks whether something has happened: these have no run
 * that could be cancelled, and stream nothing.
 */
export type CallContext = Context | ILoadOptionsFunctions | IPollFunctions;

/** The credential's fields, '' where not filled in. */
export interface Connection {
	apiKey: string;
	servingUrl: string;
	hopsworksUrl: string;
	project: string;
	trust: Trust;
	/** All of them as n8n decrypted them. n8n would do that anew for every request, which takes two look-ups in its database. */
	decrypted: ICredentialsDecrypted;
}

export async function readConnection(context: CallContext): Promise<Connection> {
	const fields = await fromN8n(async () => await context.getCredentials(CREDENTIAL));
	return {
		decrypted: { id: CREDENTIAL, name: CREDENTIAL, type: CREDENTIAL, data: fields },
		apiKey: apiKeyIn(asText(fields.apiKey)),
		servingUrl: asText(fields.servingUrl),
		hopsworksUrl: asText(fields.hopsworksUrl),
		project: asText(fields.project),
		trust: take(readTrust(fields)),
	};
}
