// Joins what the program loads into a few files: a start opens some ten files in place of four hundred (architecture.md,
// Measured). Runs behind tsc, overwrites dist/cli.js and writes dist/parts, with the licences of what went in.
import {readdirSync, readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {build} from 'esbuild';

const target = process.argv[2] ?? 'dist';

const {metafile} = await build({
	entryPoints: ['source/cli.tsx'],
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
	minifySyntax: true,
	minifyWhitespace: true,
	// Asked for by Ink only when developing.
	external: ['react-devtools-core'],
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
