/** Collects garbage at once, so that what is measured next does not clean up after what came before. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');

const gc: unknown = runInNewContext('gc');

export function collect(): void {
	if (typeof gc !== 'function') throw new Error('this Node does not collect garbage when told to');
	Reflect.apply(gc, undefined, []);
}
