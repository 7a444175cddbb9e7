/**
 * Release 1.0.0 of the program, as the old peer in process tests. It is built once from the history of this repository, with
 * the installed packages, and kept in `node_modules/.cache`. Nothing is downloaded.
 */
import {execFileSync} from 'node:child_process';
import {cpSync, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {build} from 'esbuild';

/** Last commit of release 1.0.0. */
const RELEASE_COMMIT = '436b149bded9b2526b1e29a24aa99c75d5781bfc';
const root = fileURLToPath(new URL('../../', import.meta.url));

/** Path of the released program's `cli.js`. Throws if the commit is not in this clone: these tests are never skipped. */
export async function releasedProgram(): Promise<string> {
	const kept = join(root, 'node_modules/.cache', `p2pchat-ink-1.0.0-${RELEASE_COMMIT.slice(0, 7)}`);
	if (!existsSync(kept)) await buildRelease(kept);
	return join(kept, 'dist/cli.js');
}

async function buildRelease(kept: string): Promise<void> {
	const folder = mkdtempSync(join(tmpdir(), 'p2pchat-release-'));
	try {
		extractRelease(folder);
		symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'), 'dir');
		await build({
			absWorkingDir: folder,
			entryPoints: ['source/cli.tsx'],
			outdir: 'dist',
			// The release reads its version from package.json, two folders above its modules. Therefore the build puts the
			// modules into a folder below `dist`.
			chunkNames: 'parts/[name]-[hash]',
			bundle: true,
			splitting: true,
			format: 'esm',
			platform: 'node',
			target: 'node20.19',
			jsx: 'automatic',
			define: {'process.env.NODE_ENV': '"production"'},
			external: ['react-devtools-core', '@lydell/node-pty'],
			banner: {js: "const require=process.getBuiltinModule?.('module').createRequire(import.meta.url);"},
			logLevel: 'error',
			logOverride: {'assign-to-define': 'silent'},
		});
		const finished = `${kept}-${process.pid}`;
		mkdirSync(finished, {recursive: true});
		for (const name of ['dist', 'package.json']) cpSync(join(folder, name), join(finished, name), {recursive: true});
		try {
			renameSync(finished, kept);
		} catch (error) {
			// Another test file has built the release in the meantime.
			if (!existsSync(kept)) throw error;
			rmSync(finished, {recursive: true, force: true});
		}
	} finally {
		rmSync(folder, {recursive: true, force: true});
	}
}

function extractRelease(folder: string): void {
	const archive = join(folder, 'release.tar');
	try {
		execFileSync('git', ['-C', root, 'archive', '-o', archive, RELEASE_COMMIT, 'source', 'package.json'], {
			stdio: 'pipe',
		});
	} catch (cause) {
		throw new Error(
			`Commit ${RELEASE_COMMIT.slice(0, 7)} (release 1.0.0) is not in this clone. Fetch the whole history: git fetch --unshallow`,
			{cause},
		);
	}
	execFileSync('tar', ['-xf', archive, '-C', folder]);
}
