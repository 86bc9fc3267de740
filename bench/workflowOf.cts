/** An arm as a whole workflow, which n8n can import and run. */
import { chain, node, to } from '../tools/workflowParts.cts';
import { END, TABLE, type Arm, type Node } from './arms.cts';

const START = node('1', 'Start', 'n8n-nodes-base.manualTrigger', 1, {});

/** A trigger, the table, the arm, and behind it whatever is to stand there. */
export function workflowOf(arm: Arm, id: string, table: string, behind: Node[] = [], trigger = START): object {
	const out = node('10', END, 'n8n-nodes-base.noOp', 1, {});
	const last = arm.last === '' ? {} : { [arm.last]: { ...arm.connections[arm.last], ...to(END) } };
	return {
		id,
		name: arm.label,
		active: false,
		settings: { executionOrder: 'v1' },
		nodes: [
			trigger,
			node('2', 'File', 'n8n-nodes-base.readWriteFile', 1.1, { fileSelector: table }),
			node('3', TABLE, 'n8n-nodes-base.extractFromFile', 1.1, { operation: 'csv' }),
			...arm.nodes,
			out,
			...behind,
		],
		connections: {
			...chain('Start', 'File', TABLE),
			[TABLE]: { main: [arm.entries.map(([name, index]) => ({ node: name, type: 'main', index }))] },
			...arm.connections,
			...last,
			...chain(END, ...behind.map(({ name }) => name)),
		},
	};
}
