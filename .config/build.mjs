/**
 * Bundles the program with esbuild, so that a start opens a few files instead of several hundred.
 *
 *     node .config/build.mjs                  # dist/cli.js and dist/parts; dist/api/index.js, the API
 *     node .config/build.mjs --watch          # the same at every change of a source file; reports type errors (npm run dev)
 *     node .config/build.mjs FOLDER ENTRY     # another entry: a benchmark that measures bundled code
 */
import {spawn} from 'node:child_process';
import {chmodSync, readdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {build, context} from 'esbuild';

const watch = process.argv.includes('--watch');
const [target = 'dist', entry = 'source/cli.tsx'] = process.argv.slice(2).filter(word => word !== '--watch');

const isProgram = entry.endsWith('cli.tsx');

/** @type {import('esbuild').BuildOptions} */
const options = {
	// The API shares the parts of the program.
	entryPoints: isProgram ? {cli: entry, 'api/index': 'source/index.ts'} : [entry],
	outdir: target,
	// program-version.ts expects package.json two folders above itself, both in `source` and in the bundle.
	chunkNames: 'parts/[name]-[hash]',
	bundle: true,
	splitting: true,
	format: 'esm',
	platform: 'node',
	target: 'node20.19',
	jsx: 'automatic',
	minify: true,
	// All licences are in parts/licences.txt.
	legalComments: 'none',
	metafile: true,
	logLevel: 'warning',
	define: {
		// The bundle then contains no development code of React.
		'process.env.NODE_ENV': '"production"',
		// The WebAssembly loader of yoga-layout asks whether `fetch` exists. Node would then load its HTTP client,
		// which takes 20 ms.
		fetch: 'undefined',
		// Our subclass splits plain text faster. Without it, the time from a key to its frame is a third longer
		// (performance.md, row 9).
		'Intl.Segmenter': 'BundleSegmenter',
	},
	inject: ['source/ui/bundle-shims/segmenter.ts'],
	// Our replacements return the same results and are faster for the texts of a screen. They import the original
	// packages by the names that `imports` in package.json defines, because `alias` does not apply to those names.
	alias: {
		'string-width': './source/ui/bundle-shims/string-width.ts',
		'@alcalzone/ansi-tokenize': './source/ui/bundle-shims/ansi-tokenize.ts',
		// The dependencies use two versions of each of these. The newer ones have the same interface, and save 3 kB of the package.
		chalk: './node_modules/chalk/source/index.js',
		'ansi-styles': './node_modules/ansi-styles/index.js',
	},
	// cli.tsx assigns NODE_ENV for the unbundled program. In the bundle esbuild would warn of this assignment.
	logOverride: {'assign-to-define': 'silent'},
	// Ink imports the first package only with DEV=true and if it is installed. The second one has native code, and only
	// benchmarks use it.
	external: ['react-devtools-core', '@lydell/node-pty'],
	// CommonJS packages in the bundle call `require` for Node's modules.
	banner: {js: "const require=process.getBuiltinModule?.('module').createRequire(import.meta.url);"},
	plugins: [
		{name: 'finish', setup: ({onEnd}) => onEnd(({metafile}) => metafile && finish(metafile))},
		{
			// The bundle contains no code for the developer tools of React.
			name: 'no developer tools',
			setup: ({onLoad}) => onLoad({filter: /ink\/build\/devtools\.js$/}, () => ({contents: ''})),
		},
	],
};

/** Adds what esbuild does not write: the licences of the bundled packages, and the mode of an executable. */
function finish(metafile) {
	writeFileSync(
		join(target, 'parts/licences.txt'),
		`The files beside this one contain code of these packages.\n\n${licences(bundledPackages(metafile))}`,
	);
	if (isProgram) chmodSync(join(target, 'cli.js'), 0o755);
}

/** Folders of the packages whose code is in the bundle. */
function bundledPackages(metafile) {
	const folders = new Set();
	for (const {inputs} of Object.values(metafile.outputs)) {
		for (const [file, {bytesInOutput}] of Object.entries(inputs)) {
			const found = /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(file);
			if (found && bytesInOutput > 0) folders.add(found[1]);
		}
	}
	return [...folders].sort();
}

/** Licences of packages. Packages with the same licence are listed together, each with its copyright notices. */
function licences(folders) {
	const groups = new Map();
	for (const folder of folders) {
		const {title, notices, terms} = licenceOf(folder);
		const key = terms.replace(/\s+/g, ' ');
		const group = groups.get(key) ?? {titles: [], terms};
		group.titles.push([title, ...notices].join('\n'));
		groups.set(key, group);
	}
	return [...groups.values()]
		.map(({titles, terms}) => `${titles.join('\n\n')}\n\n${terms}\n`)
		.join(`\n${'-'.repeat(80)}\n\n`);
}

function licenceOf(folder) {
	const {name, version, license, author} = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
	const file = readdirSync(folder).find(one => /^(licen[cs]e|copying)/i.test(one));
	const by = typeof author === 'string' ? author : author?.name;
	const text = file ? readFileSync(join(folder, file), 'utf8').trim() : `${license}${by ? `, ${by}` : ''}`;
	const isNotice = line => /^copyright\b/i.test(line.trim());
	const lines = text.split('\n');
	return {
		title: `${name} ${version} (${license})`,
		notices: lines.filter(isNotice).map(line => line.trim()),
		terms: lines
			.filter(line => !isNotice(line))
			.join('\n')
			.trim(),
	};
}

/**
 * Script and style of the HTML pages. The program reads them as files, because it must not run them.
 * @type {import('esbuild').BuildOptions}
 */
const viewerOptions = {
	entryPoints: {page: 'source/page/viewer/viewer.ts', 'page-style': 'source/page/viewer/page.css'},
	outdir: join(target, 'parts'),
	bundle: true,
	format: 'iife',
	platform: 'browser',
	target: ['chrome111', 'firefox115', 'safari16.4'],
	charset: 'utf8',
	minify: true,
	legalComments: 'none',
	logLevel: 'warning',
};

rmSync(join(target, 'parts'), {recursive: true, force: true});
if (watch) {
	await (await context(options)).watch();
	await (await context(viewerOptions)).watch();
	spawn('npx', ['tsc', '--noEmit', '--watch', '--preserveWatchOutput'], {stdio: 'inherit', shell: true});
} else {
	await Promise.all([build(options), build(viewerOptions)]);
}
