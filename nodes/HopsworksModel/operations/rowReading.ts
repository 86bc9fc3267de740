/** What a reader of rows is given, and what it returns: there is one for each source of rows. */
import type { IExecuteFunctions } from 'n8n-workflow';
import type { IsNumber } from '../../core/json/json';
import type { DeploymentSchema } from '../../core/predict/deploymentSchema';
import type { Row, RowFormat } from '../../core/predict/rowLayout';
import type { WithFiles } from '../../n8n/files';
import type { LateRow } from '../../n8n/modelCall';
import type { ParameterReader } from '../../n8n/parameterReader';

/** Reads the row of an item, once. Throws what `attempt` turns into a failure. */
export type RowReader = (item: number) => Row | LateRow<Row>;

/** What a reader of rows needs. */
export interface RowReading {
	context: IExecuteFunctions;
	items: WithFiles[];
	read: ParameterReader;
	/** Which texts go out as numbers, where they were picked from fields; none where that is turned off. */
	isNumber?: IsNumber;
	/** What the user chose a row to look like. */
	format: RowFormat;
	/** Whether every row has to be an object of named values. */
	needsNames: boolean;
	/** The deployment's own, where the rows come from it. */
	schema?: DeploymentSchema;
	/** What an item adds to a request body. */
	extraFieldsOf(item: number): Record<string, unknown>;
}
