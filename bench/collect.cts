/** Collects garbage at once, so that what is measured next does not clean up after what came before. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');

export const collect: () => void = runInNewContext('gc');
