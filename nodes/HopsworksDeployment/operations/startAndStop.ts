/** Start and Stop: what both have in common is the wait until a deployment is there. */
import { success } from '../../core/failure/outcome';
import { isReady } from '../../core/hopsworks/deploymentRecord';
import { simplifyProperty } from '../../n8n/items';
import { startDeployment, stopDeployment } from '../../n8n/lifecycle';
import type { Operation } from '../../n8n/operation';
import { onDeployment } from './onHopsworks';
import { recordFields } from './recordFields';
import { awaitRouteTo, readMaxWait, waitProperties } from './waiting';

const properties = [...waitProperties('the deployment has started or stopped'), simplifyProperty];

function runOf(change: typeof startDeployment): Operation['run'] {
	return onDeployment((read, item) => {
		const maxWait = readMaxWait(read, item);
		const isSimple = read('simplify', 0) === true;
		return async (record, api, context, connection) => {
			const began = Date.now();
			const changed = await change(record, { context, api, maxWait });
			const isUp = changed.ok && maxWait > 0 && isReady(changed.value.state) && !isReady(record.state);
			if (isUp) await awaitRouteTo(record, context, connection, maxWait - (Date.now() - began) / 1000);
			return changed.ok ? success([recordFields(changed.value, isSimple)]) : changed;
		};
	});
}

export const start: Operation = {
	value: 'start',
	name: 'Start',
	action: 'Start deployed model',
	description: 'Start a deployment, unless it is already running, and wait until it is ready',
	properties,
	changes: true,
	run: runOf(startDeployment),
};

export const stop: Operation = {
	value: 'stop',
	name: 'Stop',
	action: 'Stop deployed model',
	description: 'Stop a deployment, so that it costs nothing, and wait until it is stopped',
	properties,
	changes: true,
	run: runOf(stopDeployment),
};
