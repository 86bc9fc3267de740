/** What a sub-node's fields say, read once for all of the calls that it is then handed. */
import type { ISupplyDataFunctions } from 'n8n-workflow';
import type { Route } from '../core/hopsworks/route';
import { readConnection, type Connection } from './connection';
import type { AddressOptions } from './deploymentLocator';
import { readOptions, type Options, type OptionTable } from './options';
import { deploymentResolver, type ResolvedDeployment } from './resolver';
import { readSendSettings, type SendOptions, type SendSettings } from './sendOptions';
import { fromN8n, take } from './unusable';

export interface SubNode<OptionValues> {
	options: Options<OptionValues>;
	connection: Connection;
	settings: SendSettings;
	/** It can be called. */
	deployment: ResolvedDeployment;
}

/** Throws what `attempt` turns into a failure. */
export async function readSubNode<OptionValues extends AddressOptions & SendOptions>(
	context: ISupplyDataFunctions,
	itemIndex: number,
	table: OptionTable<OptionValues>,
	routeOf: (options: Options<OptionValues>) => Route,
): Promise<SubNode<OptionValues>> {
	const { locator, given } = await fromN8n(async () => ({
		locator: context.getNodeParameter('deployment', itemIndex),
		given: context.getNodeParameter('options', itemIndex, {}),
	}));
	const options = readOptions(table, given);
	const connection = await readConnection(context);
	const settings = readSendSettings(options);
	const resolver = deploymentResolver(context, connection, settings, new Set());
	const deployment = await resolver.resolve(locator, options, routeOf(options));
	take(await resolver.ready(deployment));
	return { options, connection, settings, deployment };
}
