import {readFileSync} from 'node:fs';

/** Reads the version of this program from package.json, one directory above `dist`. */
export function programVersion(): string {
	const manifest: unknown = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
	const version =
		typeof manifest === 'object' && manifest !== null && 'version' in manifest ? manifest.version : undefined;
	return typeof version === 'string' ? version : '0.0.0';
}
