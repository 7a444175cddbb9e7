// Compiles the benchmark into node_modules/.cache and runs it: `npm run bench [row…]`. Rows are given by number or name;
// `npm run bench peers` compares with public programs instead.
import {execFileSync} from 'node:child_process';
import {copyFileSync, mkdirSync} from 'node:fs';
import {createRequire} from 'node:module';
import {dirname, join} from 'node:path';
import {fileURLToPath, pathToFileURL} from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, '../..');
const target = join(root, 'node_modules/.cache/p2pchat-bench');
const compiler = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin/tsc');
mkdirSync(target, {recursive: true});
copyFileSync(join(root, 'package.json'), join(target, 'package.json'));
if (!process.env.P2PCHAT_BENCH_COMPILED) {
	execFileSync(process.execPath, [compiler, '-p', here], {stdio: 'inherit'});
	const words = ['.config/build.mjs', join(target, 'bundled'), 'test/bench/row-process.ts'];
	execFileSync(process.execPath, words, {stdio: 'inherit', cwd: root});
}
process.env.P2PCHAT_BENCH_ROOT = root;
process.env.NODE_ENV = 'production';
const main = process.argv[2] === 'peers' ? 'peers/main.js' : 'main.js';
await import(pathToFileURL(join(target, 'test/bench', main)).href);
