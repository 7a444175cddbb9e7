/** Search in all rows of the list, in short steps, so that the page stays responsive. */
import {foldText} from '../../core/fold-text.js';
import type {PageRow} from '../page-row.js';
import type {BlockList} from './block-list.js';
import {create, createButton} from './elements.js';

/** Time after the last key until a search starts, ms. */
const TYPING_PAUSE_MS = 150;
/** Time limit of one step of the search, ms. */
const STEP_MS = 8;

interface Match {
	readonly block: number;
	readonly id: string;
}

export function searchText(row: PageRow): string {
	return foldText(`${row.name ?? ''}\n${row.text}\n${row.subject ?? ''}`);
}

/** Creates the search field with the number of matches, and buttons for the previous and the next match. */
export function createSearch(list: BlockList): HTMLElement {
	const input = create('input', '');
	input.type = 'search';
	input.placeholder = 'Search';
	input.setAttribute('aria-label', 'Search the messages');
	const status = create('output', '');
	let matches: Match[] = [];
	let position = -1;
	let run = 0;

	function showStatus(isRunning: boolean): void {
		const place = position >= 0 ? `${position + 1} of ` : '';
		const more = isRunning ? '…' : '';
		status.textContent = input.value === '' ? '' : `${place}${matches.length}${more}`;
	}

	function go(step: number): void {
		if (matches.length === 0) return;
		position = position < 0 ? (step > 0 ? 0 : matches.length - 1) : (position + step + matches.length) % matches.length;
		const match = matches[position];
		if (match) list.show(match.block, match.id);
		showStatus(false);
	}

	function start(): void {
		const query = foldText(input.value.trim());
		const started = ++run;
		matches = [];
		position = -1;
		list.highlight(query);
		showStatus(query !== '');
		if (query === '') return;
		let block = 0;
		const step = () => {
			if (started !== run) return;
			const deadline = performance.now() + STEP_MS;
			while (block < list.length && performance.now() < deadline) {
				const rows = list.rowsOf(block) ?? [];
				for (const row of rows) if (searchText(row).includes(query)) matches.push({block, id: row.id});
				block++;
			}
			const isRunning = block < list.length;
			showStatus(isRunning);
			if (isRunning) setTimeout(step);
		};
		step();
	}

	let timer: ReturnType<typeof setTimeout> | undefined;
	input.addEventListener('input', () => {
		clearTimeout(timer);
		timer = setTimeout(start, TYPING_PAUSE_MS);
	});
	input.addEventListener('keydown', event => {
		if (event.key !== 'Enter') return;
		event.preventDefault();
		go(event.shiftKey ? -1 : 1);
	});
	const previous = createButton('↑', () => go(-1));
	previous.title = 'Previous match';
	const next = createButton('↓', () => go(1));
	next.title = 'Next match';
	return create('div', 'search', input, status, previous, next);
}
