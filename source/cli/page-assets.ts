/** Script and style of the HTML pages. The build puts both into the folder of the bundle (`.config/build.mjs`). */
import {createHash} from 'node:crypto';
import {readFileSync} from 'node:fs';
import type {PageAssets} from '../page/html-document.js';

/** Reads the assets of this program. Throws if the program was not built. */
export function readPageAssets(): PageAssets {
	const [script, style] = [readPart('page.js'), readPart('page-style.css')];
	// In an HTML page, these texts can end the element of the script or the style too early. The built script and style
	// never contain them.
	if (/<\/script|<!--/i.test(script) || /<\/style/i.test(style))
		throw new Error('The script or the style of the page contains its own end tag.');
	return {script, style, scriptHash: hashOf(script), styleHash: hashOf(style)};
}

/**
 * Reads one of the two assets. In the bundle, this module itself is in the folder `parts`. In the output of tsc, the
 * folder `parts` and the folder of this module have the same parent.
 */
function readPart(name: string): string {
	return readFileSync(new URL(`../parts/${name}`, import.meta.url), 'utf8').trimEnd();
}

function hashOf(text: string): string {
	return createHash('sha256').update(text).digest('base64');
}
