// Joins what the program loads into a few files: a start opens four in place of four hundred (architecture.md, Measured).
// Runs behind tsc, overwrites dist/cli.js and writes dist/parts, with the licences of what went in.
//
//     node .bundle.mjs                   # dist/cli.js, and all behind it as one script
//     node .bundle.mjs folder entry      # another entry as modules: the bench
import {createHash} from 'node:crypto';
import {mkdirSync, readdirSync, readFileSync, writeFileSync} from 'node:fs';
import {isBuiltin} from 'node:module';
import {extname, join, resolve, sep} from 'node:path';
import {build} from 'esbuild';

const [target = 'dist', entry] = process.argv.slice(2);
const standIns = resolve('source/ui/stand-ins');

/** A segmenter is made when a text needs one: most modules make one at once. */
function lazySegmenters(text) {
	if (!text.includes('new Intl.Segmenter(')) return text;
	const file = JSON.stringify(join(standIns, 'quick-segmenter.ts'));
	return `import {QuickSegmenter} from ${file};${text.replaceAll('new Intl.Segmenter(', 'new QuickSegmenter(')}`;
}

/** What packages do when they load and we need later or never. A new version that words it otherwise stops the build. */
const edits = [
	{
		// All sequences of emoji in one pattern: 30 ms to read, 30 to compile.
		file: join('string-width', 'index.js'),
		from: 'const rgiEmojiRegex = /^\\p{RGI_Emoji}$/v;',
		to: 'let rgiEmoji; const rgiEmojiRegex = {test: text => (rgiEmoji ??= new RegExp("^\\\\p{RGI_Emoji}$", "v")).test(text)};',
	},
	{
		// It tidies a package.json, which we do not give it: a sixth of all that is loaded.
		file: join('meow', 'build', 'dependencies.js'),
		from: 'var normalizeExports = requireNormalize();',
		to: 'var normalizeExports = () => {};',
	},
	{
		// For one check of an argument, which Ink gives it right.
		file: join('signal-exit', 'index.js'),
		from: "var assert = require('assert')",
		to: 'var assert = {equal() {}}',
	},
	{
		// Waits while it loads, for what only a developer of Ink has.
		file: join('ink', 'build', 'reconciler.js'),
		from: "await import('./devtools.js');",
		to: '',
	},
	{
		file: join('ink', 'build', 'reconciler.js'),
		from: 'await loadPackageJson()',
		to: '{}',
	},
	{
		// Made while it loads and without waiting: a script cannot wait. Its own unpacking takes the text letter by letter.
		file: join('yoga-layout', 'dist', 'src', 'index.js'),
		from: 'const Yoga = wrapAssembly(await loadYoga());',
		to: `import {wasm} from '../binaries/yoga-wasm-base64-esm.js';
			const library = {instantiateWasm(imports, receive) {
				const {exports} = new WebAssembly.Instance(new WebAssembly.Module(Buffer.from(wasm, 'base64')), imports);
				receive({exports});
				return exports;
			}};
			loadYoga(library);
			const Yoga = wrapAssembly(library);`,
	},
	{
		file: join('yoga-layout', 'dist', 'binaries', 'yoga-wasm-base64-esm.js'),
		from: /"data:application\/octet-stream;base64,([\w+/=]+)"([\s\S]*)$/,
		to: (_, wasm, rest) => `"data:application/octet-stream;base64,"${rest}\nexport const wasm = "${wasm}";`,
	},
];

function editPackage(path, text) {
	let edited = text;
	for (const {file, from, to} of edits.filter(({file}) => path.endsWith(join('node_modules', file)))) {
		const before = edited;
		edited = before.replace(from, typeof to === 'string' ? () => to : to);
		if (edited === before) throw new Error(`${file} no longer holds: ${from}`);
	}
	return edited;
}

/** Ink measures and takes apart every line of every frame; ours remember, and know the simple lines at a glance. */
const quickPackages = {
	name: 'quick packages',
	setup({onResolve, onLoad}) {
		const ours = importer => importer.startsWith(standIns + sep);
		onResolve({filter: /^string-width$/}, ({importer}) =>
			ours(importer) ? undefined : {path: join(standIns, 'quick-width.ts')},
		);
		onResolve({filter: /^@alcalzone\/ansi-tokenize$/}, ({importer}) =>
			importer.includes(join('ink', 'build')) ? {path: join(standIns, 'quick-tokens.ts')} : undefined,
		);
		onLoad({filter: /\.[jt]sx?$/}, ({path}) => {
			if (ours(path)) return;
			const text = readFileSync(path, 'utf8');
			const contents = lazySegmenters(editPackage(path, text));
			return contents === text ? undefined : {contents, loader: extname(path).slice(1)};
		});
	},
};

/** Node's modules as they are. An import makes a module around each first, for which Node asks for every one of its values. */
const plainBuiltIns = {
	name: 'plain built-ins',
	setup({onResolve, onLoad}) {
		onResolve({filter: /^[a-z:/_]+$/}, ({path, kind}) =>
			kind !== 'require-call' && isBuiltin(path) ? {path, namespace: 'built-in', sideEffects: false} : undefined,
		);
		onLoad({filter: /./, namespace: 'built-in'}, async ({path}) => {
			const names = Object.keys(await import(path)).filter(name => name !== 'default');
			const taken = names.map(name => `export const ${name} = /* @__PURE__ */ (() => it.${name})();`);
			const it = `/* @__PURE__ */ process.getBuiltinModule(${JSON.stringify(path)})`;
			return {contents: [`const it = ${it};`, 'export default it;', ...taken].join('\n')};
		});
	},
};

/** @type {import('esbuild').BuildOptions} */
const common = {
	bundle: true,
	platform: 'node',
	target: 'node20.19',
	jsx: 'automatic',
	minify: true,
	metafile: true,
	logLevel: 'warning',
	// Set for those who run what tsc wrote.
	logOverride: {'assign-to-define': 'silent'},
};

/** React then leaves its development half out. Without fetch the layout engine does not make Node load its web client. */
const define = {'process.env.NODE_ENV': '"production"', fetch: 'undefined'};

const asModules = {
	format: 'esm',
	outdir: target,
	// Two folders below package.json, as in source, from where the version is read.
	chunkNames: 'parts/[name]-[hash]',
	splitting: true,
};

/** All behind the command line as one script, a function; its name in `parts` tells its content. */
async function writeProgram() {
	const {outputFiles, metafile} = await build({
		...common,
		entryPoints: ['source/commands/main.ts'],
		format: 'cjs',
		outfile: 'program.cjs',
		write: false,
		define: {...define, 'import.meta': 'programMeta'},
		plugins: [quickPackages, plainBuiltIns],
	});
	// One byte a letter: read and compiled faster.
	const code = outputFiles[0].text.replace(
		/[^\0-\x7F]/g,
		letter => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`,
	);
	const [forbidden] = /\bimport\(|\b__(?:file|dir)name\b/.exec(code) ?? [];
	if (forbidden) throw new Error(`the program is a script, and has no ${forbidden}`);
	const script = `(function(require,module,programMeta){${code}\nreturn module.exports})`;
	const name = `program-${createHash('sha256').update(script).digest('hex').slice(0, 16)}.cjs`;
	mkdirSync(join(target, 'parts'), {recursive: true});
	writeFileSync(join(target, 'parts', name), script);
	writeFileSync(
		join(target, 'parts/licences.txt'),
		`The files beside this one hold code of these packages.\n\n${licencesOf(metafile)}`,
	);
	return name;
}

/** dist/cli.js and what it needs to find and run the program. */
async function writeCli(program) {
	const toQuickMain = {
		name: 'quick main',
		setup({onResolve}) {
			onResolve({filter: /\/commands\/main\.js$/}, () => ({path: resolve('source/commands/quick-main.ts')}));
		},
	};
	await build({
		...common,
		...asModules,
		entryPoints: ['source/cli.tsx'],
		define: {PROGRAM_FILE: JSON.stringify(program)},
		plugins: [toQuickMain, plainBuiltIns],
	});
}

async function writeModules() {
	await build({
		...common,
		...asModules,
		entryPoints: [entry],
		define,
		plugins: [quickPackages],
		// It has native parts.
		external: ['@lydell/node-pty'],
		// For the packages among them that are CommonJS.
		banner: {
			js: "import {createRequire as createRequireOfParts} from 'node:module';\nconst require = createRequireOfParts(import.meta.url);",
		},
	});
}

/** Folders of the packages that bytes of the program come from. */
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

function licenceOf(folder) {
	const {name, version, license, author} = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
	const file = readdirSync(folder).find(one => /^(licen[cs]e|copying)/i.test(one));
	const by = typeof author === 'string' ? author : author?.name;
	const text = file ? readFileSync(join(folder, file), 'utf8').trim() : `${license}${by ? `, ${by}` : ''}`;
	return `${name} ${version} (${license})\n\n${text}\n`;
}

function licencesOf(metafile) {
	return bundledPackages(metafile)
		.map(licenceOf)
		.join(`\n${'-'.repeat(80)}\n\n`);
}

if (entry) await writeModules();
else await writeCli(await writeProgram());
