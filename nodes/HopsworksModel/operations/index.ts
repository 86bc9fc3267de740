/** What the node can do: the list of operations, and the fields derived from it. */
import { deploymentProperty } from '../../n8n/deploymentLocator';
import { propertiesOf, type Operations } from '../../n8n/operation';
import { chat } from './chat';
import { classify } from './classify';
import { embed } from './embed';
import { predict } from './predict';
import { predictFile } from './predictFile';
import { rerank } from './rerank';

/** In the order in which the editor offers them, the most wanted first, which is the default. */
export const operations: Operations = [predict, predictFile, chat, classify, embed, rerank];

export const properties = propertiesOf(operations, deploymentProperty);
