/** The page of an export: a file that contains all its rows in blocks. */
import type {PageInfo, PageRow} from '../page-row.js';
import {createBlockList} from './block-list.js';
import {elementById} from './elements.js';
import {headView, peopleView, pinsView} from './head-view.js';
import {createSearch} from './search.js';

/** First and last row id in a block of rows of the page. */
interface BlockRange {
	readonly first: number;
	readonly last: number;
}

export function startFilePage(info: PageInfo): void {
	const list = createBlockList(elementById('timeline'), () => {});
	const ranges: BlockRange[] = [];
	const pins = pinsView(info.pins);
	elementById('head').append(...headView(info), createSearch(list), peopleView(info.people), ...(pins ? [pins] : []));

	/**
	 * Adds the blocks that the browser has read so far. A block is complete when the document contains something after
	 * it.
	 */
	function addBlocks(): void {
		for (const source of document.querySelectorAll<HTMLElement>('script.rows')) {
			if (document.readyState === 'loading' && !source.nextSibling) return;
			const {first, last, count} = source.dataset;
			ranges.push({first: Number(first), last: Number(last)});
			list.append({count: Number(count), load: () => parseRows(source.textContent)}, info.rows ?? 1);
			source.className = '';
		}
	}

	function followAnchor(): void {
		const id = /^#e(\d+)$/.exec(location.hash)?.[1];
		if (id === undefined) return;
		const block = ranges.findIndex(({last}) => last >= Number(id));
		list.show(block, id);
	}

	const reader = new MutationObserver(addBlocks);
	reader.observe(document.body, {childList: true});
	document.addEventListener('DOMContentLoaded', () => {
		reader.disconnect();
		addBlocks();
		document.documentElement.dataset.ready = '1';
		followAnchor();
	});
	addEventListener('hashchange', followAnchor);
	addEventListener('beforeprint', () => list.drawAll());
}

function parseRows(text: string): PageRow[] {
	return JSON.parse(text);
}
