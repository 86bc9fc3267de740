/** What a message must look like: one of several forms, and where it has none, what each of them lacks. */
import { isObject } from '../reply.cts';
import { issue, missing, notA, notOneOf, type Issue, type Place } from './issues.cts';

interface Form {
	name: string;
	/** The one role that it is for; any text where absent. */
	role?: string;
	/** Whether its content may be null. */
	takesNull?: boolean;
	/** Whether it wants fields beside role and content. */
	wants?: { name?: 'before'; tool_call_id?: 'after' };
	list: string;
}

/** In its words for a choice the library leaves out the parts that several forms have. */
const GENERATOR = 'generator[...]';
const OF_USERS = 'generator[union[...,...,...,...]]';
const PARTS =
	'list[union[...,...,...,...,ChatCompletionContentPartAudioParam,ChatCompletionContentPartVideoParam,...,CustomChatCompletionContentPILImageParam,CustomChatCompletionContentSimpleImageParam,ChatCompletionContentPartImageEmbedsParam,ChatCompletionContentPartAudioEmbedsParam,ChatCompletionContentPartPromptEmbedsParam,CustomChatCompletionContentSimpleAudioParam,CustomChatCompletionContentSimpleVideoParam,CustomChatCompletionContentToolReferenceParam,str,CustomThinkCompletionContentParam]]';

const FORMS: Form[] = [
	{ name: 'ChatCompletionDeveloperMessageParam', role: 'developer', list: GENERATOR },
	{ name: 'ChatCompletionSystemMessageParam', role: 'system', list: GENERATOR },
	{ name: 'ChatCompletionUserMessageParam', role: 'user', list: OF_USERS },
	{ name: 'ChatCompletionAssistantMessageParam', role: 'assistant', takesNull: true, list: GENERATOR },
	{ name: 'ChatCompletionToolMessageParam', role: 'tool', wants: { tool_call_id: 'after' }, list: GENERATOR },
	{
		name: 'ChatCompletionFunctionMessageParam',
		role: 'function',
		takesNull: true,
		wants: { name: 'before' },
		list: '',
	},
	{ name: 'CustomChatCompletionMessageParam', list: PARTS },
];

/** The form of another library's messages, which no client sends. */
const HARMONY = 'Message';

function contentIssues({ takesNull = false, list }: Form, content: unknown, place: Place): Issue[] {
	if (content === undefined || typeof content === 'string' || (takesNull && content === null)) return [];
	if (Array.isArray(content) && list !== '') return [];
	const text = notA('string', list === '' ? place : [...place, 'str'], content);
	if (list === '') return [text];
	const other = [...place, list];
	const says = 'Input should be iterable';
	return [text, list === PARTS ? notA('list', other, content) : issue('iterable_type', other, says, content)];
}

function formIssues(form: Form, message: unknown, place: Place): Issue[] {
	const inside = [...place, form.name];
	if (!isObject(message)) return [issue('dict_type', inside, 'Input should be a valid dictionary', message)];
	const { role, wants = {} } = form;
	const lacks = (name: string): Issue[] => (name in message ? [] : [missing([...inside, name], message)]);
	const roleIssues = (): Issue[] => {
		if (!('role' in message)) return lacks('role');
		if (role === undefined)
			return typeof message.role === 'string' ? [] : [notA('string', [...inside, 'role'], message.role)];
		return message.role === role ? [] : [notOneOf([...inside, 'role'], [role], message.role)];
	};
	return [
		...contentIssues(form, message.content, [...inside, 'content']),
		...(wants.name ? lacks('name') : []),
		...roleIssues(),
		...(wants.tool_call_id ? lacks('tool_call_id') : []),
	];
}

function harmonyIssues(message: unknown, place: Place): Issue[] {
	const inside = [...place, HARMONY];
	if (!isObject(message)) {
		const says = 'Input should be a valid dictionary or object to extract fields from';
		return [issue('model_attributes_type', inside, says, message)];
	}
	const content = [...inside, 'content'];
	return [
		...('author' in message ? [] : [missing([...inside, 'author'], message)]),
		...(Array.isArray(message.content) ? [] : [notA('list', content, message.content)]),
	];
}

/** Nothing where the message has one of the forms. */
export function issuesOfMessage(message: unknown, place: Place): Issue[] {
	const found = FORMS.map((form) => formIssues(form, message, place));
	return found.some((issues) => issues.length === 0) ? [] : [...found.flat(), ...harmonyIssues(message, place)];
}

export function issuesOfMessages(body: Record<string, unknown>): Issue[] {
	const { messages } = body;
	if (messages === undefined) return [missing(['messages'], body)];
	if (!Array.isArray(messages)) return [notA('list', ['messages'], messages)];
	return messages.flatMap((message: unknown, index) => issuesOfMessage(message, ['messages', index]));
}
