/** What a reader of rows is given, and what it gives: one for each source of rows. */
import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import type { ParameterReader } from '../../hopsworks/parameters';
import type { TextOf } from '../../serving/batch';
import type { DeploymentSchema } from '../../serving/deploymentSchema';
import type { RowShape } from '../../serving/rowShape';

export interface RowReader {
	/** Whether each row is a whole request body. */
	isBody: boolean;
	/** What the rows look like; the order of columns is known from the first row on. */
	shape: RowShape;
	/** Sees that the row of an item can be sent. Throws what `attempt` turns into a failure. */
	check(item: number): void;
	/** The row of an item that was checked, as text; `extraFields` go into a whole body. */
	textOf(item: number, extraFields: Record<string, unknown>): ReturnType<TextOf>;
}

export interface Reading {
	context: IExecuteFunctions;
	items: INodeExecutionData[];
	read: ParameterReader;
	/** Text in JSON's number grammar goes out as a number, where it was picked from fields. */
	convertText: boolean;
	/** Whether every row has to be an object of named values. */
	needsNames: boolean;
	/** The deployment's own, where the rows come from it. */
	schema?: DeploymentSchema;
}
