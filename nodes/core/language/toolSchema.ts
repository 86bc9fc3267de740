/** The parameters of an agent's tool: a JSON Schema, not what a validator such as Zod keeps inside. */
import { isRecord } from '../json/json';
import { badInput, success, type Outcome } from '../failure/outcome';

/** Members of Zod's schemas and their like, which no JSON Schema has. */
const OF_VALIDATORS = ['_def', '_zod', 'def', '~standard'];

const DESCRIPTION =
	"Probably modules of n8n lie beside this package, which then uses them instead of n8n's own. Install it under Settings > Community nodes, or run 'npm i --omit=peer' in the folder where it was installed by hand, and restart n8n.";

function isJsonSchema(given: unknown): boolean {
	if (!isRecord(given) || OF_VALIDATORS.some((name) => name in given)) return false;
	return !Object.values(given).some((member) => typeof member === 'function');
}

/** They are passed on as they are, or as undefined for a tool without any. */
export function readToolSchema(tool: string, given: unknown): Outcome<unknown> {
	if (given === undefined || isJsonSchema(given)) return success(given);
	return badInput(`The parameters of the tool '${tool}' are not a JSON Schema`, DESCRIPTION);
}
