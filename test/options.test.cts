/** Options by their table of fields: what each kind makes of what the user set. */
import {
	booleanOption,
	choiceOption,
	givenOption,
	numberOption,
	optionsField,
	outputFieldOption,
	readOptions,
	textOption,
	unsetNumberOption,
} from '../nodes/n8n/options';
import { attempt } from '../nodes/n8n/unusable';

const table = {
	width: numberOption({
		displayName: 'Width',
		type: 'number',
		typeOptions: { minValue: 1, maxValue: 1000, numberPrecision: 0 },
		default: 4,
	}),
	heat: unsetNumberOption({
		displayName: 'Heat',
		type: 'number',
		typeOptions: { minValue: 0, maxValue: 2 },
		default: 0.7,
	}),
	keeps: booleanOption({ displayName: 'Keeps', type: 'boolean', default: true }),
	adds: booleanOption({ displayName: 'Adds', type: 'boolean', default: false }),
	path: textOption({ displayName: 'Path', type: 'string', default: '/v1' }),
	mode: choiceOption({ displayName: 'Mode', type: 'options', options: [], default: 'b' }, ['a', 'b']),
	field: outputFieldOption({ displayName: 'Output Field', type: 'string', default: 'answer' }),
	more: givenOption({ displayName: 'More', type: 'json', default: '{}' }),
};

function read(given: unknown) {
	const options = readOptions(table, given);
	return {
		width: options.get('width'),
		heat: options.get('heat'),
		keeps: options.get('keeps'),
		adds: options.get('adds'),
		path: options.get('path'),
		mode: options.get('mode'),
		field: options.get('field'),
		more: options.get('more'),
	};
}

const USUAL = { width: 4, keeps: true, adds: false, path: '/v1', mode: 'a', field: 'answer' };

test.each([undefined, null, {}, 'x', { width: '', heat: '', keeps: '', adds: null, mode: '', path: undefined }])(
	'%j leaves everything as it is at first',
	(given) => {
		expect(read(given)).toMatchObject(USUAL);
		expect(read(given).heat).toBeUndefined();
	},
);

test('what is set is read by its kind', () => {
	const given = { width: '12', heat: 2, keeps: false, adds: true, path: '', mode: 'b', field: ' x ', more: [1] };
	expect(read(given)).toEqual({ ...given, width: 12, field: 'x' });
});

test('an expression may write true and false as words', () => {
	expect(read({ keeps: 'False', adds: ' TRUE ' })).toMatchObject({ keeps: false, adds: true });
});

test.each<['width' | 'heat' | 'field' | 'keeps' | 'mode' | 'path', unknown, string, string]>([
	['keeps', 'no', '\'Keeps\' is "no"', 'It must be true or false.'],
	['keeps', 0, "'Keeps' is 0", 'It must be true or false.'],
	['mode', 'c', '\'Mode\' is "c"', 'It must be one of: a, b.'],
	['mode', ['a'], '\'Mode\' is ["a"]', 'It must be one of: a, b.'],
	['path', { a: 1 }, '\'Path\' is {"a":1}', 'It must be a text.'],
	['width', 0, "'Width' is 0", 'It must be a whole number from 1 to 1,000.'],
	['width', 1.5, "'Width' is 1.5", 'It must be a whole number from 1 to 1,000.'],
	['width', 'soon', '\'Width\' is "soon"', 'It must be a whole number from 1 to 1,000.'],
	['width', true, "'Width' is true", 'It must be a whole number from 1 to 1,000.'],
	['heat', 2.1, "'Heat' is 2.1", 'It must be a number from 0 to 2.'],
	['field', 'error', "'Output Field' is 'error'", "Give it another name, such as 'answer'."],
	['field', ' ', "'Output Field' is empty", "Give it another name, such as 'answer'."],
])('%s cannot be %j, which only who asks for it is told', async (name, value, message, description) => {
	const options = readOptions(table, { [name]: value });
	expect(options.get('adds')).toBe(false);
	const outcome = await attempt(() => options.get(name));
	expect(outcome).toMatchObject({
		ok: false,
		failure: { kind: 'input', message: expect.stringContaining(message), description },
	});
});

test('the field holds all of them by name, in the order of their labels', () => {
	const { name, options = [] } = optionsField(table);
	expect(name).toBe('options');
	expect(options.map((option) => option.name)).toEqual([
		'adds',
		'heat',
		'keeps',
		'mode',
		'more',
		'field',
		'path',
		'width',
	]);
});
