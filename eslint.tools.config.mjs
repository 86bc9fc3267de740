/**
 * Lints the typed `.cts` files, which n8n's own configuration leaves alone. No comment in a file turns a rule off;
 * those that are off or loosened here say why.
 */
import { defineConfig, globalIgnores } from 'eslint/config';
import { configs } from 'typescript-eslint';

export default defineConfig(globalIgnores(['**/node_modules', 'dist', 'coverage', 'e2e/n8n*', '**/*.{js,cjs,mjs}']), {
	files: ['**/*.cts'],
	extends: [configs.strictTypeChecked, configs.stylisticTypeChecked],
	languageOptions: { parserOptions: { project: 'tsconfig.tools.json', tsconfigRootDir: import.meta.dirname } },
	linterOptions: { noInlineConfig: true },
	rules: {
		// As CONTRIBUTING.md says: no assertions, and none in disguise.
		'@typescript-eslint/consistent-type-assertions': ['error', { assertionStyle: 'never' }],
		'no-restricted-syntax': [
			'error',
			{ selector: "CallExpression[callee.name='Object']", message: 'That makes any of a value: narrow it.' },
		],
		// A number reads the same in every text.
		'@typescript-eslint/restrict-template-expressions': [
			'error',
			{
				allowAny: false,
				allowBoolean: false,
				allowNever: false,
				allowNullish: false,
				allowNumber: true,
				allowRegExp: false,
			},
		],
		// `() => server.close()` as a hook or a callback is no confusion.
		'@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
		// `Array<[name: string, size: number]>` is easier to read than `[name: string, size: number][]`.
		'@typescript-eslint/array-type': ['error', { default: 'array-simple' }],
		// What n8n, StrykerJS or the code under test awaits is async, whether or not a stand-in for it has to wait.
		'@typescript-eslint/require-await': 'off',
		// A stand-in that does nothing is empty.
		'@typescript-eslint/no-empty-function': 'off',
		// tsc says it already (noUnusedLocals, noUnusedParameters), and knows what `_` means.
		'@typescript-eslint/no-unused-vars': 'off',
		// Nothing else removes a variable from process.env.
		'@typescript-eslint/no-dynamic-delete': 'off',
	},
});
