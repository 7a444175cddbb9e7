// Builds the simulator into a folder of the project, so that it finds the dependencies, and runs it with the given arguments:
// `npm run simulate -- --help`, `npm run simulate lecture-hall [NODES] [SECONDS] [MS]` (lecture-hall.ts), or
// `npm run simulate topology-hours [SEEDS] [MINUTES]` (topology-hours.ts).
import {execFileSync} from 'node:child_process';
import {mkdirSync, writeFileSync} from 'node:fs';
import {createRequire} from 'node:module';
import {dirname, join} from 'node:path';
import {fileURLToPath, pathToFileURL} from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, '../..');
const target = join(root, '.simulator-dist');
const compiler = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin/tsc');
mkdirSync(target, {recursive: true});
writeFileSync(join(target, 'package.json'), '{"type":"module"}\n');
execFileSync(process.execPath, [compiler, '-p', here], {stdio: 'inherit'});
const isOther = ['lecture-hall', 'topology-hours'].includes(process.argv[2]);
const [main] = isOther ? process.argv.splice(2, 1) : ['run'];
await import(pathToFileURL(join(target, 'test/simulation', `${main}.js`)).href);
