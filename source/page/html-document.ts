/**
 * HTML documents that contain their own script and style, and data only as JSON. Texts of people can never become
 * markup: they are escaped, or in JSON in which `<` is escaped, or in compressed JSON. The content security policy
 * allows no script or style except those of the document.
 */
import type {PageInfo} from './page-row.js';

export interface PageAssets {
	readonly script: string;
	readonly style: string;
	/** Base64 of the SHA-256 of the script and of the style. */
	readonly scriptHash: string;
	readonly styleHash: string;
}

/** Content security policy of a page. `connect`: whether the script may send requests to the server of the page. */
export function contentPolicy({scriptHash, styleHash}: PageAssets, connect: boolean): string {
	return [
		"default-src 'none'",
		`script-src 'sha256-${scriptHash}'`,
		`style-src 'sha256-${styleHash}'`,
		...(connect ? ["connect-src 'self'"] : []),
		"base-uri 'none'",
		"form-action 'none'",
	].join('; ');
}

/**
 * Everything before the rows. The script is before the rows, so that the page is shown while the browser is still
 * reading a long file.
 */
export function documentStart(info: PageInfo, assets: PageAssets): string {
	const policy = contentPolicy(assets, info.mode === 'window');
	return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${escapeHtml(policy)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta name="color-scheme" content="light dark">
<title>${escapeHtml(info.title)}</title>
<style>${assets.style}</style>
</head>
<body>
<header id="head"></header>
<main id="timeline"></main>
<footer id="foot"></footer>
<noscript>This page needs JavaScript to show the conversation. The file contains everything that it needs.</noscript>
<script type="application/json" id="info">${scriptJson(info)}</script>
<script>${assets.script}</script>
`;
}

/**
 * A script element with some blocks of rows of a file: one line of JSON for each block, compressed together.
 * `compress`: applies gzip and Base64. Without compression, a long export would be a document of 15 MB, which a browser
 * parses in one long task that blocks the page. Compression reduces it to a tenth.
 */
export function rowGroup(lines: readonly string[], compress: (text: string) => string): string {
	return `<script type="application/gzip" class="rows">${compress(lines.join('\n'))}</script>\n`;
}

export const documentEnd = '</body>\n</html>\n';

/** JSON inside a script element. Without `<` it can neither end the element nor begin a comment. */
function scriptJson(value: unknown): string {
	return JSON.stringify(value).replaceAll('<', '\\u003c');
}

const ENTITIES: Readonly<Record<string, string>> = {
	'&': '&amp;',
	'<': '&lt;',
	'>': '&gt;',
	'"': '&quot;',
	"'": '&#39;',
};

function escapeHtml(text: string): string {
	return text.replace(/[&<>"']/g, character => ENTITIES[character] ?? character);
}
