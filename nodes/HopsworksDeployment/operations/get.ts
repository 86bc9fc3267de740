/** Get: one deployment, with the state that it is in. */
import { simplifyProperty } from '../../hopsworks/items';
import { success } from '../../serving/outcome';
import { readDeploymentOf } from './pick';
import { shown, type Operation } from './operation';

export const get: Operation = {
	value: 'get',
	name: 'Get',
	action: 'Get state of deployment',
	description: 'Get what a deployment is and the state that it is in',
	properties: [simplifyProperty],
	async run(task) {
		const record = await readDeploymentOf(task);
		return record.ok ? success([shown(record.value, task.read('simplify', 0) === true)]) : record;
	},
};
