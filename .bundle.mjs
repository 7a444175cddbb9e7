// Joins what the program loads into a few files: a start opens some ten files in place of four hundred (architecture.md,
// Measured). Runs behind tsc, overwrites dist/cli.js and writes dist/parts, with the licences of what went in.
//
//     node .bundle.mjs [folder [entry]]
import {readdirSync, readFileSync, writeFileSync} from 'node:fs';
import {extname, join, resolve, sep} from 'node:path';
import {build, transformSync} from 'esbuild';

const [target = 'dist', entry = 'source/cli.tsx'] = process.argv.slice(2);
const standIns = resolve('source/ui/stand-ins');

/** A segmenter is made when a text needs one: most modules make one at once. */
function lazySegmenters(text) {
	if (!text.includes('new Intl.Segmenter(')) return text;
	const file = JSON.stringify(join(standIns, 'quick-segmenter.ts'));
	return `import {QuickSegmenter} from ${file};${text.replaceAll('new Intl.Segmenter(', 'new QuickSegmenter(')}`;
}

/** Half of all that is read before the first frame: with short names it is a third less. */
const longest = join('react-reconciler', 'cjs', 'react-reconciler.production.js');

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
];

function editPackage(path, text) {
	if (path.endsWith(longest)) return transformSync(text, {minify: true}).code;
	const edit = edits.find(({file}) => path.endsWith(join('node_modules', file)));
	if (!edit) return text;
	if (!text.includes(edit.from)) throw new Error(`${edit.file} no longer holds: ${edit.from}`);
	return text.replace(edit.from, () => edit.to);
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

const {metafile} = await build({
	entryPoints: [entry],
	outdir: target,
	// Two folders below package.json, as in source, from where the version is read.
	chunkNames: 'parts/[name]-[hash]',
	bundle: true,
	splitting: true,
	format: 'esm',
	platform: 'node',
	target: 'node20.19',
	jsx: 'automatic',
	// React then leaves its development half out. Without fetch the layout engine unpacks its WebAssembly itself, and Node
	// need not load its web client for that: a fifth of the time to the first frame.
	define: {'process.env.NODE_ENV': '"production"', fetch: 'undefined'},
	plugins: [quickPackages],
	minifySyntax: true,
	minifyWhitespace: true,
	// Asked for by Ink only when developing; by the bench, which has native parts.
	external: ['react-devtools-core', '@lydell/node-pty'],
	// For the packages among them that are CommonJS.
	banner: {
		js: "import {createRequire as createRequireOfParts} from 'node:module';\nconst require = createRequireOfParts(import.meta.url);",
	},
	metafile: true,
	logLevel: 'warning',
	// Set for those who run what tsc wrote.
	logOverride: {'assign-to-define': 'silent'},
});

/** Folders of the packages that bytes of the program come from. */
function bundledPackages() {
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

const licences = bundledPackages()
	.map(licenceOf)
	.join(`\n${'-'.repeat(80)}\n\n`);
writeFileSync(
	join(target, 'parts/licences.txt'),
	`The files beside this one hold code of these packages.\n\n${licences}`,
);
