/** What is the same for all rows of a run of Predict: how they are read, laid out and sent. */
import { predictRoute, type Route } from '../../core/hopsworks/route';
import type { DeploymentSchema } from '../../core/predict/deploymentSchema';
import { TextColumns } from '../../core/predict/textColumns';
import type { AddressOptions } from '../../n8n/deploymentLocator';
import type { Options } from '../../n8n/options';
import type { ResolvedDeployment, Resolver } from '../../n8n/resolver';
import { readRequestBytes } from '../../n8n/sendOptions';
import { take } from '../../n8n/unusable';
import type { PredictOptions } from './predictOptions';
import type { PredictForm } from './predictProtocol';
import { rowSource } from './rowReader';
import type { RowReader, RowReading } from './rowReading';

/** The options that say how rows are sent, to wherever. */
type RowsOptions = AddressOptions &
	Pick<
		PredictOptions,
		| 'concurrency'
		| 'convertText'
		| 'maxRequestKilobytes'
		| 'requestField'
		| 'response'
		| 'rowFormat'
		| 'rowsPerRequest'
		| 'verb'
	>;

interface RowsSetUp {
	route: Route;
	/** The one deployment that the rows are made for, where they follow its schema. */
	schemaOwner?: ResolvedDeployment;
	schema?: DeploymentSchema;
	/** Which columns are text, where texts go out as numbers. */
	columns?: TextColumns;
	readRow: RowReader;
	form: Omit<PredictForm, 'wantedFor'>;
}

/** Reads the fields and options of the first item. Throws `unusable`. */
export async function setUpRows(
	reading: Pick<RowReading, 'context' | 'items' | 'read' | 'extraFieldsOf'>,
	options: Options<RowsOptions>,
	resolver: Resolver,
): Promise<RowsSetUp> {
	const { read } = reading;
	const verb = options.get('verb');
	const isPredict = verb === 'predict';
	const route = predictRoute(verb);
	const isFromSchema = read('rows', 0) === 'schema';
	const schemaOwner = isFromSchema ? await resolver.resolve(read('deployment', 0), options, route) : undefined;
	const schema = schemaOwner && take(await resolver.schema(schemaOwner));
	const columns = options.get('convertText') ? new TextColumns() : undefined;
	const { isBody, layout, readRow } = rowSource({
		...reading,
		format: options.get('rowFormat'),
		schema,
		isNumber: columns?.isNumber,
		needsNames: !isPredict,
	});
	const field = options.get('requestField');
	const named = field === 'auto' && isFromSchema ? 'instances' : field;
	return {
		route,
		schemaOwner,
		schema,
		columns,
		readRow,
		form: {
			requestField: isPredict ? named : 'examples',
			layout,
			isBody,
			hasSchema: isFromSchema,
			isRaw: isBody || options.get('response') === 'raw',
			rowsPerRequest: options.get('rowsPerRequest'),
			mostRows: schema?.maxBatchRows ?? Infinity,
			requestBytes: readRequestBytes(options),
			concurrency: options.get('concurrency'),
		},
	};
}
