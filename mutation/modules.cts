/**
 * Loads the project's own modules as jest does, as often as wanted: n8n's engine, which takes seconds to load, stays in the
 * process, while the code under test and the tests are new for every test file.
 */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { createRequire, wrap } from 'node:module';
import { dirname, extname, resolve } from 'node:path';
import { Script } from 'node:vm';
import { ModuleKind, ScriptTarget, transpileModule } from 'typescript';

interface Loaded {
	exports: unknown;
}

const ENDINGS = ['', '.ts', '.cts', '.js', '.json', '/index.ts', '/index.cts'];

/** The file that an import means; TypeScript's own spelling of one, `x.js`, is found as source. */
function fileOf(folder: string, name: string): string {
	const path = resolve(folder, name);
	const source = path.replace(/\.js$/, '');
	const found = ENDINGS.flatMap((ending) => [path + ending, source + ending]).find(
		(file) => existsSync(file) && statSync(file).isFile(),
	);
	if (found === undefined) throw new Error(`There is no module ${name} in ${folder}`);
	return found;
}

const scripts = new Map<string, Script>();

function scriptOf(file: string): Script {
	const known = scripts.get(file);
	if (known) return known;
	const source = readFileSync(file, 'utf8');
	const { outputText } = /\.c?ts$/.test(file)
		? transpileModule(source, {
				fileName: file,
				compilerOptions: { module: ModuleKind.CommonJS, target: ScriptTarget.ES2022, esModuleInterop: true },
			})
		: { outputText: source };
	const script = new Script(wrap(outputText), { filename: file });
	scripts.set(file, script);
	return script;
}

/** The modules of one test file. */
export class Modules {
	private readonly loaded = new Map<string, Loaded>();

	load(file: string): unknown {
		const known = this.loaded.get(file);
		if (known) return known.exports;
		if (extname(file) === '.json') return JSON.parse(readFileSync(file, 'utf8'));
		const module: Loaded = { exports: {} };
		this.loaded.set(file, module);
		const packages = createRequire(file);
		const require = Object.assign(
			(name: string): unknown => (name.startsWith('.') ? this.load(fileOf(dirname(file), name)) : packages(name)),
			{ resolve: packages.resolve },
		);
		const run: unknown = scriptOf(file).runInThisContext();
		if (typeof run !== 'function') throw new Error(`${file} is no module`);
		Reflect.apply(run, undefined, [module.exports, require, module, file, dirname(file)]);
		return module.exports;
	}
}
