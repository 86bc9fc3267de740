/** The states of deployments, as fields offer them. */
import type { STATES } from '../core/hopsworks/deploymentRecord';

export const stateChoices = [
	{ name: 'Created', value: 'Created', description: 'Was never started' },
	{ name: 'Creating', value: 'Creating', description: 'Its files are being prepared' },
	{ name: 'Failed', value: 'Failed', description: 'Could not be started; its reason says why' },
	{ name: 'Idle', value: 'Idle', description: 'Ready, and asleep until the next request' },
	{ name: 'Running', value: 'Running', description: 'Ready' },
	{ name: 'Starting', value: 'Starting', description: 'Being started' },
	{ name: 'Stopped', value: 'Stopped', description: 'Must be started before it can answer' },
	{ name: 'Stopping', value: 'Stopping', description: 'Being stopped' },
	{ name: 'Updating', value: 'Updating', description: 'Ready, while new settings are rolled out' },
] satisfies Array<{ name: string; value: (typeof STATES)[number]; description: string }>;
