/** What it means that a server refuses a setting of a request: the option that it stands in, and what the server takes. */
import type { ErrorReply } from '../failure/errorReply';
import type { Meaning } from '../failure/meaning';
import { givenAs, settingInWords, settingRefused, type GivenSetting } from './givenSettings';

/** Statuses of a refusal. */
const REFUSED = new Set([400, 415, 422]);

/** vLLM's words for the sizes of embeddings that a model has. */
const SIZES = /dimensions \[([\d, ]{1,400})\]/;
const RANGE = /dimensions in range \[(\d{1,12}), (\d{1,12})\]/;
const ONE_SIZE = /does not support Matryoshka|dimensions must be unset/i;

/** llguidance, xgrammar, outlines and vLLM itself, of a schema that they make no grammar of. */
const GRAMMAR =
	/^Grammar error|schema into a grammar|not supported by xgrammar|Failed to (?:compile|convert) |Invalid (?:JSON )?schema|Unsupported (?:JSON )?schema|schema is too (?:big|complex)/i;

/** The settings that hold schemas, the likeliest first. */
const SCHEMAS = ['response_format', 'structured_outputs', 'guided_json', 'tools'];

/** The meaning of a refusal that is about a setting, and so not about any message or text. */
export function refusedSettingMeaning(error: ErrorReply, settings: readonly GivenSetting[]): Meaning | undefined {
	if (!REFUSED.has(error.status)) return undefined;
	if (GRAMMAR.test(error.text)) {
		const schema = SCHEMAS.map((name) => givenAs(settings, name)).find((given) => given !== undefined);
		if (schema) return noGrammar(schema);
	}
	const refused = settingRefused(error, settings);
	if (refused?.field === 'dimensions') return wrongSize(error.text, refused);
	const size = givenAs(settings, 'dimensions');
	if (size && (SIZES.test(error.text) || RANGE.test(error.text) || ONE_SIZE.test(error.text))) {
		return wrongSize(error.text, size);
	}
	return refused && notTaken(refused);
}

function notTaken(setting: GivenSetting): Meaning {
	return {
		message: `${settingInWords(setting)} holds what the server does not take`,
		description: `The server's words say what it takes. Change the value${setting.label === undefined ? ' in the agent or chain' : ', or remove it'}.`,
		blames: 'nothing',
	};
}

function noGrammar(setting: GivenSetting): Meaning {
	return {
		message: `${settingInWords(setting)} holds something that the server cannot enforce`,
		description: `Take out of the schema what the server's words name, or write it more simply: types, 'enum', 'properties' and 'required' work everywhere.`,
		blames: 'nothing',
	};
}

function wrongSize(text: string, setting: GivenSetting): Meaning {
	const [, sizes] = SIZES.exec(text) ?? [];
	const [, least, most] = RANGE.exec(text) ?? [];
	const named = settingInWords(setting);
	const advice = (): string => {
		if (sizes !== undefined) return `Set ${named} to one of ${sizes}, or remove it.`;
		if (least !== undefined) return `Set ${named} to a number from ${least} to ${most}, or remove it.`;
		if (ONE_SIZE.test(text)) return `Its embeddings have one size only: remove ${named}.`;
		return `The server's words say what it takes. Change ${named}, or remove it.`;
	};
	return { message: 'The model does not make embeddings of this size', description: advice(), blames: 'nothing' };
}
