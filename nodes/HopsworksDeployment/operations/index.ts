/** What the node can do: the list of operations, and the fields derived from it. */
import { deploymentByName } from '../../n8n/deploymentLocator';
import { propertiesOf, type Operations } from '../../n8n/operation';
import { optionsField } from '../../n8n/options';
import { projectOptions } from '../../n8n/projectChoice';
import { get } from './get';
import { getAll } from './getAll';
import { getLogs } from './getLogs';
import { getSchema } from './getSchema';
import { getVersions } from './getVersions';
import { rollBack } from './rollBack';
import { start, stop } from './startAndStop';

/** In the order in which the editor offers them, by their names; the first is the default. */
export const operations: Operations = [get, getLogs, getAll, getSchema, getVersions, rollBack, start, stop];

export const properties = [...propertiesOf(operations, deploymentByName), optionsField(projectOptions)];
