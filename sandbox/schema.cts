/** A deployment with a schema: checks every row and refuses as the documented one does ('How To Use A Deployment Schema'; hopsworks-api: `deployment/schema.py`). */
import { isObject, json, type Call, type Reply } from './reply.cts';

interface Field {
	name: string;
	/** Null where Hopsworks does not know it; every value goes then. */
	type: string | null;
	nullable: boolean;
	description?: string;
	/** Whether a row may leave it out. */
	isOptional?: boolean;
}

const servingKeys: Field[] = [{ name: 'cc_num', type: 'bigint', nullable: false }];
const passedFeatures: Field[] = [{ name: 'amount', type: 'double', nullable: true }];
const requestParameters: Field[] = [
	{ name: 'budget', type: 'double', nullable: true },
	{ name: 'merchant_hint', type: null, nullable: true },
];
const extraLoggingFeatures: Field[] = [
	{ name: 'channel', type: 'string', nullable: true, description: 'Where the payment was made' },
];

/** In the order in which a row without names has them. */
const fields: Field[] = [
	...servingKeys,
	...passedFeatures,
	...requestParameters,
	...extraLoggingFeatures.map((field) => ({ ...field, isOptional: true })),
];
const MAX_BATCH_ROWS = 512;

export const schema = {
	schemaVersion: 1,
	servingKeys,
	passedFeatures,
	requestParameters,
	extraLoggingFeatures,
	featureView: { name: 'transactions', version: 1 },
	trainingDatasetVersion: 1,
	output: { kind: 'predictions', columns: [{ name: 'is_fraud', type: 'int' }] },
	inferred: true,
	maxBatchRows: MAX_BATCH_ROWS,
	schemaId: '435fe4559b8e0e0e',
};

function valueSchema({ type, nullable, description }: Field): object {
	const said = description === undefined ? {} : { description };
	if (type === null) return { 'x-hopsworks-unresolved': true };
	if (type === 'bigint') return { type: ['integer', 'string'], pattern: '^-?[0-9]+$', ...said };
	const basic = type === 'double' ? 'number' : type;
	return { type: nullable ? [basic, 'null'] : [basic], ...said };
}

export const jsonSchema = {
	request: {
		$schema: 'https://json-schema.org/draft/2020-12/schema',
		type: 'object',
		required: ['instances'],
		properties: {
			instances: { type: 'array', minItems: 1, maxItems: MAX_BATCH_ROWS, items: { $ref: '#/$defs/row_object' } },
		},
		$defs: {
			row_object: {
				type: 'object',
				properties: Object.fromEntries(fields.map((field) => [field.name, valueSchema(field)])),
				required: fields.filter(({ isOptional }) => !isOptional).map(({ name }) => name),
				additionalProperties: false,
			},
		},
	},
};

interface RowError {
	row: number | null;
	field: string | null;
	reason: string;
}

function problemOf(value: unknown, { type, nullable }: Field): string | undefined {
	if (value === null) return nullable ? undefined : 'must not be null';
	switch (type) {
		case 'bigint':
			return Number.isInteger(value) || (typeof value === 'string' && /^-?\d+$/.test(value))
				? undefined
				: 'expected an integer';
		case 'double':
			return typeof value === 'number' ? undefined : 'expected a number';
		case 'string':
			return typeof value === 'string' ? undefined : 'expected a string';
		default:
			return undefined;
	}
}

function rowErrors(given: unknown, row: number): RowError[] {
	const error = (field: string | null, reason: string): RowError => ({ row, field, reason });
	if (Array.isArray(given)) {
		if (given.length !== fields.length) return [error(null, `expected ${fields.length} values, got ${given.length}`)];
		return rowErrors(Object.fromEntries(fields.map(({ name }, index) => [name, given[index]])), row);
	}
	if (!isObject(given)) return [error(null, 'expected an object or an array')];
	const unknown = Object.keys(given).filter((name) => !fields.some((field) => field.name === name));
	return [
		...unknown.map((name) => error(name, 'unknown field')),
		...fields.flatMap((field) => {
			if (!(field.name in given)) return field.isOptional ? [] : [error(field.name, 'missing')];
			const problem = problemOf(given[field.name], field);
			return problem === undefined ? [] : [error(field.name, problem)];
		}),
	];
}

function refused(status: number, code: string, message: string, errors?: RowError[]): Reply {
	const detail = { code, message, schema_id: schema.schemaId, request_id: '9f1c2a6e-0000-4000-8000-000000000001' };
	return json(status, { detail: errors ? { ...detail, errors } : detail });
}

function readBody(text: string): Record<string, unknown> {
	try {
		const body: unknown = JSON.parse(text);
		return isObject(body) ? body : {};
	} catch {
		return {};
	}
}

/** The server of the deployment `name`: 1 for a row whose amount is above its budget, else 0; an odd key matches nothing. */
export function schemaServer(name: string): (call: Call) => Reply {
	const invalid = `Prediction request does not match the deployment schema of '${name}'. Expected fields (in order): ${fields.map((field) => field.name).join(', ')}`;
	return ({ path, body }) => {
		if (path !== `/v1/models/${name}:predict`) return json(404, { detail: 'Not Found' });
		const { instances, inputs } = readBody(body);
		const rows = instances ?? inputs;
		if (!Array.isArray(rows) || rows.length === 0 || (instances !== undefined && inputs !== undefined)) {
			const reason = "expected 'instances' or 'inputs' with at least one row";
			return refused(400, 'SCHEMA_VALIDATION', invalid, [{ row: null, field: null, reason }]);
		}
		if (rows.length > MAX_BATCH_ROWS) {
			const message = `The request has ${rows.length} rows; deployment '${name}' accepts at most ${MAX_BATCH_ROWS}.`;
			return refused(413, 'BATCH_TOO_LARGE', message);
		}
		const errors = rows.flatMap(rowErrors);
		if (errors.length > 0) return refused(400, 'SCHEMA_VALIDATION', invalid, errors);
		const cells = rows.map((row: unknown): unknown[] =>
			Array.isArray(row) ? row : fields.map((field) => (isObject(row) ? row[field.name] : undefined)),
		);
		const strangers = cells.flatMap(([key], row) =>
			/[13579]$/.test(String(key)) ? [{ row, field: 'cc_num', reason: 'no entity found' }] : [],
		);
		if (strangers.length > 0) {
			const message = `No entity found for ${strangers.length} of ${rows.length} rows (serving keys: cc_num).`;
			return refused(404, 'ENTITY_NOT_FOUND', message, strangers);
		}
		return json(200, { predictions: cells.map(([, amount, budget]) => (Number(amount) > Number(budget) ? 1 : 0)) });
	};
}
