// Compiles and runs the soak test: `npm run soak [processes] [minutes]`, by default 50 and 10. No other test run includes it.
// `npm run soak hour [minutes]` measures memory instead, while people chat, arrive and depart for `minutes`, by default 60.
import {execFileSync} from 'node:child_process';
import {createRequire} from 'node:module';
import {dirname, join} from 'node:path';
import {fileURLToPath, pathToFileURL} from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, '../..');
const compiler = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin/tsc');
execFileSync(process.execPath, [compiler, '-p', here], {stdio: 'inherit'});
process.env.P2PCHAT_BENCH_ROOT = root;
const hour = process.argv[2] === 'hour';
if (hour) process.argv.splice(2, 1);
const main = hour ? 'hour-room.js' : 'soak-room.js';
await import(pathToFileURL(join(root, 'node_modules/.cache/p2pchat-bench/test/bench', main)).href);
