/** The page of an export: a file that contains all its rows in compressed groups of blocks. */
import {findFirstIndex} from '../../core/binary-search.js';
import {unpackRows} from '../packed-rows.js';
import type {PageInfo} from '../page-row.js';
import {BLOCK_ROWS, createBlockList} from './block-list.js';
import {create, elementById} from './elements.js';
import {headView, peopleView, pinsView} from './head-view.js';
import {createSearch} from './search.js';

/** Time for which groups are unpacked before the browser may draw, ms. */
const UNPACK_BUDGET_MS = 8;

export function startFilePage(info: PageInfo): void {
	const list = createBlockList(elementById('timeline'), () => {});
	const pins = pinsView(info.pins);
	elementById('head').append(...headView(info), createSearch(list), peopleView(info.people), ...(pins ? [pins] : []));
	const total = info.rows ?? 1;
	let unpacking = Promise.resolve();
	let pausedAt = performance.now();

	/**
	 * Adds the groups that the browser has read so far. The last group may still be incomplete, so it is added only
	 * when the document contains another node after it.
	 */
	function addGroups(): void {
		for (const source of document.querySelectorAll('script.rows')) {
			if (document.readyState === 'loading' && !source.nextSibling) return;
			source.className = '';
			unpacking = unpacking.then(() => addGroup(source)).catch(showDamage);
		}
	}

	async function addGroup(source: Element): Promise<void> {
		const text = await unpack(source.textContent);
		source.remove();
		for (const line of text.split('\n')) {
			const count = Math.max(1, Math.min(BLOCK_ROWS, total - list.length * BLOCK_ROWS));
			list.append({count, load: () => unpackRows(line)}, total);
		}
		if (performance.now() - pausedAt < UNPACK_BUDGET_MS) return;
		await new Promise(resolve => setTimeout(resolve));
		pausedAt = performance.now();
	}

	function showDamage(): void {
		elementById('head').append(create('p', 'note', 'This file is damaged: some messages are missing.'));
	}

	function followAnchor(): void {
		const id = Number(/^#e(\d+)$/.exec(location.hash)?.[1]);
		if (Number.isNaN(id)) return;
		const isReached = (block: number) => Number(list.rowsOf(block)?.at(-1)?.id) >= id;
		list.show(findFirstIndex(0, list.length, isReached), String(id));
	}

	const reader = new MutationObserver(addGroups);
	reader.observe(document.body, {childList: true});
	document.addEventListener('DOMContentLoaded', async () => {
		reader.disconnect();
		addGroups();
		await unpacking;
		document.documentElement.dataset.ready = '1';
		followAnchor();
	});
	addEventListener('hashchange', followAnchor);
}

/** Unpacks a group of rows: reverses the gzip and Base64 that the export applied. */
function unpack(text: string): Promise<string> {
	const bytes = Uint8Array.from(atob(text), character => character.charCodeAt(0));
	return new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'))).text();
}
