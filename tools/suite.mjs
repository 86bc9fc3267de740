/**
 * Runs the tests of a folder with jest: `node tools/suite.mjs <folder> [--write] [what jest takes]`. Jest refuses options that
 * are not its own, so `--write` goes on as a variable.
 */
import { run } from 'jest';

const [folder, ...args] = process.argv.slice(2);
if (args.includes('--write')) process.env.WRITE_DOCS = 'yes';
await run(['--config', `${folder}/jest.config.js`, ...args.filter((one) => one !== '--write')]);
