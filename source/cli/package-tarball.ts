/**
 * Packs the files of the running program into a package that users can pass on: a .tgz file that npm installs offline.
 * An installed program is packed with all its files. Of a working copy (a clone of the repository), only the files that
 * the published package has are packed.
 */
import {readdirSync, readFileSync, statSync} from 'node:fs';
import {extname, join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {gzipSync} from 'node:zlib';

/** Files of a working copy (a clone of the repository) that go into the package. A folder includes all files in it. */
const WORKING_COPY_FILES = ['dist/cli.js', 'dist/parts', 'readme.md', 'license', 'source/scripting.md'];
/** Entries of package.json in a working copy that are left out of the package. */
const WORKING_COPY_ENTRIES = [
	'private',
	'scripts',
	'dependencies',
	'devDependencies',
	'imports',
	'exports',
	'types',
	'man',
];

/**
 * Folder of the package that contains this module. It is two folders above this module, both in the bundle and in the
 * output of tsc.
 */
const ownRoot = fileURLToPath(new URL('../..', import.meta.url));

/** Returns the bytes of the package. Throws the error of the system if a file cannot be read. */
export function createPackageTarball(root = ownRoot): Uint8Array {
	const manifest: Record<string, unknown> = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
	const isWorkingCopy = manifest.private === true;
	const paths = isWorkingCopy ? WORKING_COPY_FILES.flatMap(path => listFiles(root, path)) : listFiles(root, '');
	const packed = isWorkingCopy
		? Object.fromEntries(Object.entries(manifest).filter(([key]) => !WORKING_COPY_ENTRIES.includes(key)))
		: manifest;
	const parts = paths
		.filter(path => path !== 'package.json')
		.sort(compareFiles)
		.flatMap(path => tarEntry(path, readFileSync(join(root, path))));
	const head = tarEntry('package.json', Buffer.from(`${JSON.stringify(packed, null, '\t')}\n`));
	// Two empty blocks end an archive. This `memLevel` makes the archive 0.7 % smaller than the default of 8 does. A
	// `memLevel` of 9 makes the archive larger.
	return gzipSync(Buffer.concat([...head, ...parts, Buffer.alloc(2 * BLOCK_BYTES)]), {level: 9, memLevel: 6});
}

/** Sorts files of one type together, which makes the compressed archive 0.5 % smaller. */
function compareFiles(a: string, b: string): number {
	const [first, second] = [a, b].map(path => `${extname(path)} ${path}`) as [string, string];
	return first < second ? -1 : 1;
}

/** The files at a path or below it, relative to the root, without installed packages and hidden files. */
function listFiles(root: string, path: string): string[] {
	if (path !== '' && !statSync(join(root, path)).isDirectory()) return [path];
	return readdirSync(join(root, path))
		.filter(name => name !== 'node_modules' && !name.startsWith('.'))
		.flatMap(name => listFiles(root, path === '' ? name : `${path}/${name}`));
}

const BLOCK_BYTES = 512;
/** The time that npm gives to all files, so that equal files make equal archives. */
const MODIFIED_S = Date.UTC(1985, 9, 26, 8, 15) / 1000;

/**
 * Header and content of a file in the ustar format (POSIX.1-1988), padded to whole blocks. npm expects all files in the
 * folder `package`.
 */
function tarEntry(path: string, content: Uint8Array): Uint8Array[] {
	const name = `package/${path}`;
	if (Buffer.byteLength(name) > 100) throw new Error(`The path ${name} is too long for the archive.`);
	const header = Buffer.alloc(BLOCK_BYTES);
	const octal = (value: number, offset: number, length: number) =>
		header.write(`${value.toString(8).padStart(length - 1, '0')}\0`, offset);
	header.write(name, 0);
	octal(path === 'dist/cli.js' ? 0o755 : 0o644, 100, 8);
	octal(0, 108, 8);
	octal(0, 116, 8);
	octal(content.length, 124, 12);
	octal(MODIFIED_S, 136, 12);
	header.write('        0', 148);
	header.write('ustar\0' + '00', 257);
	const sum = header.reduce((total, byte) => total + byte, 0);
	header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
	return [header, content, Buffer.alloc((BLOCK_BYTES - (content.length % BLOCK_BYTES)) % BLOCK_BYTES)];
}
