/** What Node must be told to run a script of TypeScript. */

export function typedScript(script: string, ...args: string[]): string[] {
	return ['--require', 'tsx/cjs', script, ...args];
}
