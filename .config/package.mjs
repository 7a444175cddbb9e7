/**
 * Packs the built program as an npm package without dependencies, because the bundle contains them. It installs
 * offline.
 *
 *     npm run package                       # builds, then writes dist/p2pchat-ink-VERSION.tgz
 *     node .config/package.mjs FOLDER       # packs what is built, and writes the tarball into FOLDER
 *
 * The package.json of the repository is private, because a package published with it would install 49 packages that it
 * does not load. Prints the path, the size in bytes and the SHA-256 of the tarball as one line of JSON.
 */
import {execFileSync} from 'node:child_process';
import {createHash} from 'node:crypto';
import {cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {basename, join, posix, resolve} from 'node:path';
import {fileURLToPath, pathToFileURL} from 'node:url';
import {gunzipSync, gzipSync} from 'node:zlib';
import {minify} from 'terser';

const root = fileURLToPath(new URL('..', import.meta.url));
const target = resolve(process.argv[2] ?? join(root, 'dist'));
const staging = mkdtempSync(join(tmpdir(), 'p2pchat-package-'));

/** Name of a chunk that esbuild has split off. */
const CHUNK = /chunk-[0-9A-Z]{8}\.js/g;
const MAN_PAGE = 'dist/p2pchat-ink.1';
const files = [
	'dist/cli.js',
	'dist/parts',
	'dist/api',
	...declarationFiles('index.d.ts'),
	'readme.md',
	'license',
	// The documents for developers are in the repository only: they would be a tenth of the package.
	'source/scripting.md',
];

/**
 * The declaration files of the API: the file `path` of the folder `dist/types`, and those that it imports. `found`:
 * files that are listed already.
 */
function declarationFiles(path, found = new Set()) {
	if (found.has(path)) return [];
	found.add(path);
	const text = readFileSync(join(root, 'dist/types', path), 'utf8');
	const imports = [...text.matchAll(/from '(\.[^']+)\.js'/g)].map(([, name]) => `${name}.d.ts`);
	return [
		`dist/types/${path}`,
		...imports.flatMap(name => declarationFiles(posix.join(posix.dirname(path), name), found)),
	];
}

/**
 * Makes the scripts smaller once more. Terser saves another 4 % after esbuild, and the readme promises a package of
 * less than 500 kB. Without sequences and deep inlining the scripts are longer, but compress better. Chunks get short
 * names, because the random hashes in their names, which every import repeats, hardly compress.
 */
async function shrinkScripts() {
	const scripts = readdirSync(join(staging, 'dist'), {recursive: true})
		.filter(path => path.endsWith('.js'))
		.sort();
	const chunks = scripts.map(path => basename(path)).filter(name => name.startsWith('chunk-'));
	const shortName = name => `c${chunks.indexOf(name).toString(36)}.js`;
	for (const path of scripts) {
		const file = join(staging, 'dist', path);
		const {code} = await minify(readFileSync(file, 'utf8'), {
			module: true,
			ecma: 2022,
			compress: {passes: 3, inline: 1, keep_fargs: false, sequences: false, pure_getters: true, lhs_constants: false},
		});
		rmSync(file);
		writeFileSync(file.replace(CHUNK, shortName), code.replaceAll(CHUNK, shortName));
	}
}

/** Adds the manual page, which npm links into the folder of manual pages at a global installation. */
async function writeManPage() {
	const {manPage} = await import(pathToFileURL(join(root, 'dist/cli/options/man-page.js')).href);
	writeFileSync(join(staging, MAN_PAGE), manPage(readManifest().version, new Date().toISOString().slice(0, 10)));
}

/** The package.json of the package: that of the repository without what only a working copy needs. */
function packageManifest() {
	const {private: _, scripts, dependencies, devDependencies, imports, files: __, ...manifest} = readManifest();
	return {...manifest, man: MAN_PAGE};
}

function readManifest() {
	return JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
}

for (const file of files) cpSync(join(root, file), join(staging, file), {recursive: true});
await shrinkScripts();
await writeManPage();
writeFileSync(join(staging, 'package.json'), `${JSON.stringify(packageManifest(), null, '\t')}\n`);
mkdirSync(target, {recursive: true});
const words = ['pack', staging, '--ignore-scripts', '--json', '--pack-destination', target];
// npm 11 prints a list with one package, npm 12 an object with the name of the package as its key.
const output = JSON.parse(execFileSync('npm', words, {encoding: 'utf8', shell: process.platform === 'win32'}));
rmSync(staging, {recursive: true, force: true});
const [{filename, files: packed}] = Object.values(output);
const path = join(target, filename);
// With this memory level the compressor adapts to shorter parts of the data than npm's, which saves another 0.5 %.
const tarball = gzipSync(gunzipSync(readFileSync(path)), {level: 9, memLevel: 6});
writeFileSync(path, tarball);
const sha256 = createHash('sha256').update(tarball).digest('hex');
console.log(JSON.stringify({path, size: tarball.length, sha256, files: packed.map(file => file.path)}));
