/** Whatever the schema and the answer: the check says what Ajv says, and a schema that Ajv takes can be sent. */
import Ajv, { type ValidateFunction } from 'ajv';
import Ajv2020 from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { departureFrom } from '../../nodes/core/language/departure';
import { problemInSchema } from '../../nodes/core/language/schemaProblem';
import { read } from '../support/json.cts';
import { schemaPairs, type Dialect } from '../support/schemaPairs.cts';

/** Pairs of a schema and an answer in one run; `npm run test:faults` takes more. */
const CASES = Number(process.env.SCHEMA_CASES ?? 2000);

const SETTINGS = {
	strict: false,
	validateFormats: false,
	ownProperties: true,
	addUsedSchema: false,
	logger: false,
} as const;
const validators = { 'draft-07': new Ajv(SETTINGS), '2020-12': new Ajv2020(SETTINGS) };
// What it notes for unevaluatedProperties makes code that does not always run.
validators['2020-12'].opts.unevaluated = false;

/** Ajv's word on a schema; throws where it does not take it. */
function compiled(schema: object, dialect: keyof typeof validators): ValidateFunction {
	const validate = validators[dialect].compile(schema);
	validators[dialect].removeSchema(schema);
	return validate;
}

function isTaken(schema: object, dialect: keyof typeof validators): boolean {
	try {
		compiled(schema, dialect);
		return true;
	} catch {
		return false;
	}
}

interface Count {
	followed: number;
	departed: number;
}

/** Ajv's word on an answer; undefined where a keyword that is not checked here leads it in a circle that never ends. */
function verdictOn(answer: unknown, validate: ValidateFunction, dialect: Dialect): boolean | undefined {
	try {
		return validate(answer);
	} catch (error) {
		if (dialect === 'with unchecked keywords' && String(error).startsWith('RangeError')) return undefined;
		throw error;
	}
}

let schemas = 0;

/** Holds pairs against Ajv; `isAllowed` says what ours may say. */
async function compare(
	dialect: Dialect,
	cases: number,
	isAllowed: (isDeparture: boolean, isValid: boolean) => boolean,
): Promise<Count> {
	const count = { followed: 0, departed: 0 };
	await fc.assert(
		fc.asyncProperty(schemaPairs(dialect), async ({ schema: nameless, answers }) => {
			// Ajv mixes schemas up that have no address.
			const schema = { $id: `https://schemas.test/${++schemas}`, ...nameless };
			const problem = problemInSchema(schema);
			// Ajv takes circles too, and then never ends.
			if (problem?.includes('leads in a circle')) return;
			expect(problem).toBeUndefined();
			const validate = compiled(schema, dialect === 'draft-07' ? dialect : '2020-12');
			for (const answer of answers) {
				const isValid = verdictOn(answer, validate, dialect);
				if (isValid === undefined) continue;
				const departure = await departureFrom(schema, read(JSON.stringify(answer)), async () => {});
				if (!isAllowed(departure !== undefined, isValid)) {
					throw new Error(`${JSON.stringify(answer)}: ${departure ?? 'follows'}, but Ajv: ${String(isValid)}`);
				}
				count[isValid ? 'followed' : 'departed']++;
			}
		}),
		{ numRuns: Math.ceil(cases / 4) },
	);
	return count;
}

test.each(['2020-12', 'draft-07'] as const)(
	`${CASES / 2} random pairs: an answer departs from its schema where Ajv says so (%s)`,
	async (dialect) => {
		const { followed, departed } = await compare(dialect, CASES / 2, (departs, isValid) => departs !== isValid);
		expect(followed + departed).toBeGreaterThan(CASES * 0.4);
		expect(Math.min(followed, departed)).toBeGreaterThan((followed + departed) / 4);
	},
	3_600_000,
);

test('with keywords that are not checked, no answer departs that Ajv finds right', async () => {
	await compare('with unchecked keywords', CASES / 4, (departs, isValid) => !(departs && isValid));
}, 3_600_000);

const values = fc.constantFrom<unknown>(
	...[
		0,
		1,
		-1,
		1.5,
		'',
		'a',
		'[a',
		'^a$',
		'string',
		true,
		false,
		null,
		[],
		{},
		[1],
		['a'],
		['string', 'null'],
		[{}],
		[true],
	],
	...[
		{ a: {} },
		{ a: 1 },
		{ '[a': { type: 'string' } },
		{ a: ['b'] },
		[['string']],
		[{ type: 'text' }],
		{ a: { minimum: '5' } },
	],
);
const keywords = fc.constantFrom(
	...[
		'type',
		'enum',
		'const',
		'$defs',
		'definitions',
		'anyOf',
		'oneOf',
		'allOf',
		'not',
		'properties',
		'patternProperties',
	],
	...[
		'additionalProperties',
		'required',
		'minProperties',
		'maxProperties',
		'items',
		'prefixItems',
		'minItems',
		'maxItems',
	],
	...['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum', 'multipleOf', 'minLength', 'maxLength', 'pattern'],
	...['$ref', '$anchor', 'if', 'contains', 'propertyNames', 'title', 'format', 'unknown'],
);

test('a schema is refused where Ajv refuses it', () => {
	fc.assert(
		fc.property(keywords, values, (keyword, value) => {
			// A tuple without any element is plain enough; what annotations look like is nobody's business.
			if (Array.isArray(value) && value.length === 0 && ['prefixItems', 'items'].includes(keyword)) return;
			if (['title', 'format', '$anchor'].includes(keyword) && typeof value !== 'string') return;
			if (keyword === '$anchor' || (keyword === '$ref' && value === '')) return;
			const schema = { type: 'object', [keyword]: value };
			const isTuple = keyword === 'items' && Array.isArray(value);
			const isRight = isTaken(schema, isTuple ? 'draft-07' : '2020-12');
			expect({ schema, problem: problemInSchema(schema) }).toEqual({
				schema,
				problem: isRight ? undefined : expect.any(String),
			});
		}),
		{ numRuns: 5000 },
	);
});
