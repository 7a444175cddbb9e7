import {readFileSync} from 'node:fs';
import {createErrorOutput, createOutput, finishOutput} from './standard-output.js';

/** Reads the version of this program from package.json, one directory above `dist`. */
export function programVersion(): string {
	const manifest: unknown = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
	const version =
		typeof manifest === 'object' && manifest !== null && 'version' in manifest ? manifest.version : undefined;
	return typeof version === 'string' ? version : '0.0.0';
}

/** Prints the version. Sets exit code 1 if standard output cannot be written. */
export async function printVersion(): Promise<void> {
	const output = createOutput(process.stdout);
	output.write(`${programVersion()}\n`);
	if (!(await finishOutput(output, createErrorOutput(process.stderr)))) process.exitCode = 1;
}
