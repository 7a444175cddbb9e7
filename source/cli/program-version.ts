import {readFileSync} from 'node:fs';

/** The version in package.json, which lies beside `dist`. */
export function programVersion(): string {
	const manifest: unknown = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
	const found =
		typeof manifest === 'object' && manifest !== null && 'version' in manifest ? manifest.version : undefined;
	return typeof found === 'string' ? found : '0.0.0';
}
