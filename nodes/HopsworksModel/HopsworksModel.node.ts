/** Hopsworks Model: scores items with a deployed model, or asks one; outcomes become items here and nowhere else. */
import {
	NodeConnectionTypes,
	type IExecuteFunctions,
	type INodeExecutionData,
	type INodeType,
	type INodeTypeDescription,
} from 'n8n-workflow';
import { hopsworksApiTest } from '../hopsworks/credentialTest';
import { searchDeployments } from '../hopsworks/deployments';
import { firstError } from '../hopsworks/errors';
import { failedItem, hintAtTrouble } from '../hopsworks/items';
import { runChosen } from '../hopsworks/run';
import { getSchemaColumns } from '../hopsworks/schemaColumns';
import { operations, properties } from './operations';

export class HopsworksModel implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Hopsworks Model',
		name: 'hopsworksModel',
		icon: { light: 'file:../../icons/hopsworks.svg', dark: 'file:../../icons/hopsworks.dark.svg' },
		group: ['transform'],
		version: 1,
		subtitle: '={{ $parameter["operation"] + ": " + $parameter["deployment"] }}',
		description: 'Get predictions and answers from models deployed on Hopsworks',
		defaults: { name: 'Hopsworks Model' },
		usableAsTool: true,
		inputs: [NodeConnectionTypes.Main],
		outputs: [NodeConnectionTypes.Main],
		credentials: [{ name: 'hopsworksApi', required: true, testedBy: 'hopsworksApiTest' }],
		properties,
	};

	methods = {
		credentialTest: { hopsworksApiTest },
		listSearch: { searchDeployments },
		resourceMapping: { getSchemaColumns },
	};

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		const run = await runChosen(this, operations);
		const { items, outcomes } = run;
		hintAtTrouble(run);

		const node = this.getNode();
		const error = this.continueOnFail() ? undefined : firstError(node, outcomes);
		if (error) throw error;
		return [
			outcomes.map((outcome, item) => (outcome.ok ? outcome.value : failedItem(node, items, item, outcome.failure))),
		];
	}
}
