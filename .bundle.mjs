// Joins what the program loads into a few files: a start opens some ten files in place of four hundred (architecture.md,
// Measured). Runs behind tsc, overwrites dist/cli.js and writes dist/parts, with the licences of what went in.
//
//     node .bundle.mjs [folder [entry]]
import {readdirSync, readFileSync, writeFileSync} from 'node:fs';
import {extname, join, resolve, sep} from 'node:path';
import {build} from 'esbuild';

const [target = 'dist', entry = 'source/cli.tsx'] = process.argv.slice(2);
const standIns = resolve('source/ui/stand-ins');

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
			if (!text.includes('new Intl.Segmenter(')) return;
			const segmenter = JSON.stringify(join(standIns, 'quick-segmenter.ts'));
			const contents = `import {QuickSegmenter} from ${segmenter};${text.replaceAll('new Intl.Segmenter(', 'new QuickSegmenter(')}`;
			return {contents, loader: extname(path).slice(1)};
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
