/** Get: one deployment, with the state that it is in. */
import { success } from '../../core/failure/outcome';
import { simplifyProperty } from '../../n8n/items';
import type { Operation } from '../../n8n/operation';
import { onDeployment } from './onHopsworks';
import { recordFields } from './recordFields';

export const get: Operation = {
	value: 'get',
	name: 'Get',
	action: 'Get state of deployment',
	description: 'Get the details of a deployment and its current state',
	properties: [simplifyProperty],
	run: onDeployment((read) => {
		const isSimple = read('simplify', 0) === true;
		return async (record) => success([recordFields(record, isSimple)]);
	}),
};
