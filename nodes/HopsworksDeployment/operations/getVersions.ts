/** Get Versions: every version that a deployment's configuration has had, one item each. */
import type { IDataObject } from 'n8n-workflow';
import { success } from '../../core/failure/outcome';
import type { DeploymentVersion } from '../../core/hopsworks/deploymentVersion';
import { simplifyProperty } from '../../n8n/items';
import type { Operation } from '../../n8n/operation';
import { onDeployment } from './onHopsworks';
import { rawFields } from './recordFields';

export const getVersions: Operation = {
	value: 'getVersions',
	name: 'Get Versions',
	action: 'Get versions of deployment',
	description: 'Get all versions of a deployment, the newest first, one item each (Hopsworks 5.2 and later)',
	properties: [simplifyProperty],
	run: onDeployment((read) => {
		const isSimple = read('simplify', 0) === true;
		return async ({ id, name }, api) => {
			const versions = await api.versions(id);
			if (!versions.ok) return versions;
			return success(versions.value.map((one) => (isSimple ? versionFields(name, one) : rawFields(one.raw))));
		};
	}),
};

function versionFields(deployment: string, one: DeploymentVersion): IDataObject {
	const { isActive: active, created, createdBy, updated, updatedBy, modelName, modelVersion, modelServer } = one;
	return {
		deployment,
		version: one.version,
		active,
		created,
		createdBy,
		updated,
		updatedBy,
		modelName,
		modelVersion,
		modelServer,
	};
}
