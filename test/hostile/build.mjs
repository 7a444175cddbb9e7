// Compiles the files of test/hostile/fuzz/tsconfig.json into node_modules/.cache, where the result can import dependencies.
// Returns a function from a path in test/hostile to the URL of the compiled file.
import {execFileSync} from 'node:child_process';
import {mkdirSync, writeFileSync} from 'node:fs';
import {createRequire} from 'node:module';
import {dirname, join} from 'node:path';
import {fileURLToPath, pathToFileURL} from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, '../..');
const target = join(root, 'node_modules/.cache/p2pchat-hostile-tests');

export function build() {
	const compiler = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin/tsc');
	mkdirSync(target, {recursive: true});
	writeFileSync(join(target, 'package.json'), '{"type":"module"}\n');
	execFileSync(process.execPath, [compiler, '-p', join(here, 'fuzz')], {stdio: 'inherit'});
	process.env.P2PCHAT_FUZZ_ROOT = pathToFileURL(`${root}/`).href;
	return path => pathToFileURL(join(target, 'test/hostile', path)).href;
}
