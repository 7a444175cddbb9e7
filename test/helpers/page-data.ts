/** Rows of an HTML export, as data. */
import {gunzipSync} from 'node:zlib';
import {unpackRows} from '../../source/page/packed-rows.js';
import type {PageRow} from '../../source/page/page-row.js';

/** Rows of an exported page, in order. */
export function readPageRows(html: string): PageRow[] {
	return [...html.matchAll(/<script type="application\/gzip" class="rows">([^<]*)<\/script>/g)].flatMap(
		([, packed = '']) =>
			gunzipSync(Buffer.from(packed, 'base64'))
				.toString('utf8')
				.split('\n')
				.flatMap(line => unpackRows(line)),
	);
}
