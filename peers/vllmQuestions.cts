/** What the random models are asked so that something worth reading comes of it. */

export const HELLO = 'hello world';

/** With this seed an answer fits the schema. */
export const SCHEMA_DRAW = { temperature: 1, seed: 4 };
/** With this seed a call that is held to the parameters of its tool has an end. */
export const TOOL_DRAW = { temperature: 1, seed: 2 };

export const TICKET = {
	type: 'object',
	properties: { team: { enum: ['billing', 'technical', 'sales'] }, urgent: { type: 'boolean' } },
	required: ['team', 'urgent'],
	additionalProperties: false,
};

export const FIND_ORDER = {
	type: 'function',
	function: {
		name: 'find_order',
		description: 'Finds an order',
		parameters: {
			type: 'object',
			properties: { id: { type: 'integer', minimum: 1, maximum: 9 } },
			required: ['id'],
			additionalProperties: false,
		},
	},
} as const;
