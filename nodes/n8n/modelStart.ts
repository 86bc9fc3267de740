/** What every run on a model begins with, whether its rows are items or come out of a file. */
import { success } from '../core/failure/outcome';
import { readConnection, type Connection } from './connection';
import type { AddressOptions } from './deploymentLocator';
import { readOptions, type Options, type OptionTable } from './options';
import { preview, type Preview, type PreviewOptions } from './preview';
import { deploymentResolver, type Resolver } from './resolver';
import type { Run } from './run';
import { sender, type Send } from './send';
import { readSendSettings, type SendOptions, type SendSettings } from './sendOptions';

export interface ModelStart<OptionValues> {
	options: Options<OptionValues>;
	connection: Connection;
	settings: SendSettings;
	resolver: Resolver;
	send: Send;
	/** Set where nothing is sent: the request is shown instead. */
	shown?: Preview;
}

/** `given` are the options that the user set. Throws `unusable`. */
export async function startOnModel<OptionValues extends AddressOptions & SendOptions & PreviewOptions>(
	{ context, notes, tally }: Run,
	table: OptionTable<OptionValues>,
	given: unknown,
): Promise<ModelStart<OptionValues>> {
	const options = readOptions(table, given);
	const shown = preview(context, options);
	const connection = await readConnection(context);
	const settings = readSendSettings(options);
	const found = deploymentResolver(context, connection, settings, notes);
	// What is only shown needs no deployment that runs.
	const resolver = shown ? { ...found, ready: async () => success(undefined) } : found;
	const send = shown?.keep ?? sender(context, connection, settings, tally);
	return { options, connection, settings, resolver, send, ...(shown && { shown }) };
}
