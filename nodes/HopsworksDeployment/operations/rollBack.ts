/** Roll Back: makes an earlier version of a deployment the active one, and waits until it runs. */
import type { INodeProperties } from 'n8n-workflow';
import { success, type Outcome } from '../../core/failure/outcome';
import { readLocator } from '../../n8n/deploymentLocator';
import { simplifyProperty } from '../../n8n/items';
import type { Operation } from '../../n8n/operation';
import { asOneOf, readNumber } from '../../n8n/options';
import { chosenProject } from '../../n8n/projectChoice';
import type { ParameterReader } from '../../n8n/parameterReader';
import { rollBackDeployment, type RolledBack } from '../../n8n/rollback';
import { unusable } from '../../n8n/unusable';
import { onDeployment } from './onHopsworks';
import { recordFields } from './recordFields';
import { awaitRouteTo, readMaxWait, waitProperties } from './waiting';

const versionField: INodeProperties = {
	displayName: 'Version',
	name: 'version',
	type: 'number',
	typeOptions: { minValue: 1, maxValue: 1_000_000, numberPrecision: 0 },
	default: 1,
	required: true,
	description: "The number of the version, as 'Get Versions' and the deployment's page in Hopsworks show it",
	displayOptions: { show: { rollBackTo: ['version'] } },
};

export const rollBack: Operation = {
	value: 'rollBack',
	name: 'Roll Back',
	action: 'Roll back deployment to earlier version',
	description:
		'Make an earlier version of a deployment the active one, and wait until it runs (Hopsworks 5.2 and later)',
	properties: [
		{
			displayName: 'Roll Back To',
			name: 'rollBackTo',
			type: 'options',
			noDataExpression: true,
			options: [
				{
					name: 'Previous Version',
					value: 'previous',
					description: 'The version with the next lower number than the active one',
				},
				{ name: 'Version', value: 'version', description: 'The version with a certain number' },
			],
			default: 'previous',
			description:
				'The version to make active. API protocol, request batching, inference logging and scheduling are no part of a version and stay as they are. Scripts in the file system or in Git are run as they are now.',
		},
		versionField,
		...waitProperties('the version runs'),
		simplifyProperty,
	],
	changes: true,
	run: async (run) => {
		const wantedOf = new Map<string, number | 'previous'>();
		const under = new Map<number, Promise<Outcome<RolledBack>>>();
		const runsAgain = run.context.getNode().retryOnFail === true;
		await onDeployment((read, item) => {
			const wanted = readWanted(read, item, runsAgain);
			const deployment = readLocator(read('deployment', item)).value.trim();
			const place = `${chosenProject(read, item)}/${deployment}`;
			if ((wantedOf.get(place) ?? wanted) !== wanted) twoVersions(deployment);
			wantedOf.set(place, wanted);
			const maxWait = readMaxWait(read, item);
			const isSimple = read('simplify', 0) === true;
			return async (record, api, context, connection) => {
				const change = async (): Promise<Outcome<RolledBack>> => {
					const began = Date.now();
					const done = await rollBackDeployment(record, wanted, { context, api, maxWait });
					const isUp = done.ok && done.value.isChanged && maxWait > 0 && done.value.record.state === 'Running';
					if (isUp) await awaitRouteTo(record, context, connection, maxWait - (Date.now() - began) / 1000);
					return done;
				};
				// Items that name the same deployment are one rollback, or each would go one version further back.
				const pending = under.get(record.id) ?? change();
				under.set(record.id, pending);
				const done = await pending;
				if (!done.ok) return done;
				const { from: fromVersion = null, to: toVersion, isChanged: rolledBack } = done.value;
				return success([{ ...recordFields(done.value.record, isSimple), fromVersion, toVersion, rolledBack }]);
			};
		})(run);
	},
};

function readWanted(read: ParameterReader, item: number, runsAgain: boolean): number | 'previous' {
	const choice = asOneOf('Roll Back To', read('rollBackTo', 0), ['previous', 'version']);
	if (choice === 'previous') return runsAgain ? retryOnFail() : choice;
	const version = read('version', item);
	// A field that an item does not have is no version, whatever the panel begins with.
	return (version ?? '') === ''
		? unusable("'Version' is empty", 'Give the number of a version.')
		: readNumber(versionField, version);
}

function retryOnFail(): never {
	return unusable(
		"The deployment may be rolled back more than once: 'Retry On Fail' is on",
		"Turn it off in the settings of the node, which tries again by itself, or set 'Roll Back To' to 'Version'.",
	);
}

function twoVersions(deployment: string): never {
	return unusable(
		`Items roll the deployment '${deployment}' back to different versions`,
		'Give every item that names the deployment the same version. Which one comes last would be left to chance.',
	);
}
