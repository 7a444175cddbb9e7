/**
 * A long list of rows of which only those near the screen are in the document. Rows belong to blocks. A block that is
 * far away is an empty element of the same height. Before the block was drawn for the first time, its height is
 * estimated.
 *
 * When a block above the screen changes its height, the list corrects the scroll position, so that the rows on the
 * screen do not move. Some browsers do this themselves, but not all.
 */
import type {PageRow} from '../page-row.js';
import {create} from './elements.js';
import {dayView, rowView} from './row-view.js';

/**
 * Number of rows of one block. Larger blocks would take longer to draw; smaller ones would need more elements in the
 * document.
 */
export const BLOCK_ROWS = 50;
/** Blocks that are at most this far above or below the screen are drawn. */
const NEAR_MARGIN = '1200px 0px';
/** Height of a row that is assumed until its block is drawn, px. */
const ROW_HEIGHT = 44;
/**
 * Maximum estimated height of a list, px. Browsers do not lay out elements that are more than about 16 million px from
 * the top. For a longer list, the estimated height of a row is less than ROW_HEIGHT, so that the list stays below this
 * maximum.
 */
const MAX_HEIGHT = 12_000_000;
/** Time in one frame for which blocks are drawn, ms. The remaining blocks are drawn in the next frames. */
const FRAME_BUDGET_MS = 8;

export interface RowSource {
	readonly count: number;
	/** Parses the rows. The list calls it at most once, and keeps the rows. */
	load(): PageRow[];
}

interface Block {
	readonly element: HTMLElement;
	readonly count: number;
	readonly rows: () => PageRow[];
	isNear: boolean;
	isDrawn: boolean;
	/** Whether the drawn rows still highlight an earlier search text. */
	isOutdated: boolean;
}

export interface BlockList {
	/**
	 * Appends a block. `total`: number of rows that the whole list will have. The estimated height of the block depends
	 * on it.
	 */
	append(source: RowSource, total: number): void;
	/** Inserts rows before all others. */
	prepend(rows: PageRow[]): void;
	/** Inserts a row according to its sort key, or replaces the row with the same id. */
	put(row: PageRow): void;
	remove(id: string): void;
	clear(): void;
	readonly length: number;
	first(): PageRow | undefined;
	last(): PageRow | undefined;
	/** Rows of a block; undefined if there is no block with this index. */
	rowsOf(block: number): readonly PageRow[] | undefined;
	/** Index of the block with this row, or -1. */
	blockOf(id: string): number;
	/** Draws the row `id` of a block, scrolls to the row and highlights it as the current one. */
	show(block: number, id: string): void;
	scrollToEnd(): void;
	isAtEnd(): boolean;
	/** Highlights a text, normalised by foldText (case is ignored), in all rows; empty: nothing is highlighted. */
	highlight(query: string): void;
}

export function createBlockList(container: HTMLElement, onChange: () => void): BlockList {
	const blocks: Block[] = [];
	const blockByElement = new Map<Element, Block>();
	const changed = new Set<Block>();
	let query = '';
	/** Id of the element of the row that `show` showed last; empty: none. */
	let current = '';
	let isScheduled = false;

	const observer = new IntersectionObserver(
		entries => {
			for (const {target, isIntersecting} of entries) {
				const block = blockByElement.get(target);
				if (!block) continue;
				block.isNear = isIntersecting;
				changed.add(block);
			}
			schedule();
		},
		{rootMargin: NEAR_MARGIN},
	);

	function schedule(): void {
		if (isScheduled) return;
		isScheduled = true;
		requestAnimationFrame(drawChanged);
	}

	function drawChanged(): void {
		isScheduled = false;
		const deadline = performance.now() + FRAME_BUDGET_MS;
		for (const block of changed) {
			changed.delete(block);
			if (!block.isNear) blank(block);
			else if (!block.isDrawn || block.isOutdated) draw(block);
			if (performance.now() > deadline) break;
		}
		if (changed.size > 0) schedule();
		onChange();
	}

	function createBlock(source: RowSource, total: number): Block {
		let rows: PageRow[] | undefined;
		const element = create('section', 'block');
		element.style.height = `${(source.count * Math.min(ROW_HEIGHT, MAX_HEIGHT / total)).toFixed(1)}px`;
		const load = () => {
			rows ??= source.load();
			return rows;
		};
		const block: Block = {element, count: source.count, rows: load, isNear: false, isDrawn: false, isOutdated: false};
		blockByElement.set(element, block);
		observer.observe(element);
		return block;
	}

	/**
	 * Calls `change`, which may change the height of the block. If the block is above the screen, corrects the scroll
	 * position, so that the rows on the screen do not move.
	 */
	function keepPlace({element}: Block, change: () => void): void {
		const before = element.getBoundingClientRect();
		change();
		const isAbove = before.top < 0 && before.bottom < innerHeight / 2;
		if (!isAbove) return;
		const grown = element.getBoundingClientRect().height - before.height;
		if (grown !== 0) scrollBy({top: grown, behavior: 'instant'});
	}

	function rowBefore(block: Block, index: number): PageRow | undefined {
		return index > 0 ? block.rows()[index - 1] : blocks[blocks.indexOf(block) - 1]?.rows().at(-1);
	}

	function draw(block: Block): void {
		keepPlace(block, () => {
			const views = block.rows().flatMap((row, index) => {
				const before = rowBefore(block, index);
				const day = dayView(row, before);
				return day ? [day, rowView(row, undefined, query)] : [rowView(row, before, query)];
			});
			block.element.replaceChildren(...views);
			block.element.style.height = '';
			block.isDrawn = true;
			block.isOutdated = false;
			if (current !== '') document.getElementById(current)?.classList.add('current');
		});
	}

	function blank(block: Block): void {
		if (!block.isDrawn) return;
		block.element.style.height = `${block.element.getBoundingClientRect().height}px`;
		block.element.replaceChildren();
		block.isDrawn = false;
	}

	function redraw(block: Block): void {
		if (block.isDrawn) draw(block);
	}

	/** Block that contains the row with this sort key, or into which a new row with this sort key must be inserted. */
	function blockFor(order: string): Block | undefined {
		return blocks.find(block => (block.rows().at(-1)?.order ?? '') >= order) ?? blocks.at(-1);
	}

	function add(block: Block, index: number): void {
		blocks.splice(index, 0, block);
		container.insertBefore(block.element, blocks[index + 1]?.element ?? null);
	}

	function drop(block: Block): void {
		observer.unobserve(block.element);
		blockByElement.delete(block.element);
		changed.delete(block);
		blocks.splice(blocks.indexOf(block), 1);
		block.element.remove();
	}

	const list: BlockList = {
		append(source, total) {
			add(createBlock(source, Math.max(1, total)), blocks.length);
		},
		prepend(rows) {
			for (let end = rows.length; end > 0; end -= BLOCK_ROWS) {
				const part = rows.slice(Math.max(0, end - BLOCK_ROWS), end);
				const block = createBlock({count: part.length, load: () => part}, 1);
				add(block, 0);
				block.element.style.height = '0px';
				block.isNear = true;
				draw(block);
			}
		},
		put(row) {
			const order = row.order ?? '';
			const last = blocks.at(-1);
			const lastRow = last?.rows().at(-1);
			if (!last || (lastRow && (lastRow.order ?? '') < order && last.rows().length >= BLOCK_ROWS)) {
				list.append({count: 1, load: () => [row]}, 1);
				const added = blocks.at(-1);
				if (added) draw(added);
				return;
			}
			const block = blockFor(order) ?? last;
			const rows = block.rows();
			const index = rows.findIndex(other => (other.order ?? '') >= order);
			if (index >= 0 && rows[index]?.id === row.id) rows[index] = row;
			else rows.splice(index < 0 ? rows.length : index, 0, row);
			block.isDrawn ||= block.isNear;
			redraw(block);
		},
		remove(id) {
			const block = blocks[list.blockOf(id)];
			if (!block) return;
			const rows = block.rows();
			rows.splice(
				rows.findIndex(row => row.id === id),
				1,
			);
			if (rows.length === 0) drop(block);
			else redraw(block);
		},
		clear() {
			for (const block of [...blocks]) drop(block);
		},
		get length() {
			return blocks.length;
		},
		first: () => blocks[0]?.rows()[0],
		last: () => blocks.at(-1)?.rows().at(-1),
		rowsOf: index => blocks[index]?.rows(),
		blockOf: id => blocks.findIndex(block => block.rows().some(row => row.id === id)),
		show(index, id) {
			const block = blocks[index];
			if (!block) return;
			block.isNear = true;
			block.element.scrollIntoView({block: 'nearest', behavior: 'instant'});
			for (const old of container.querySelectorAll('.current')) old.classList.remove('current');
			current = `e${id}`;
			draw(block);
			document.getElementById(current)?.scrollIntoView({block: 'center', behavior: 'instant'});
		},
		scrollToEnd() {
			const last = blocks.at(-1);
			if (last && !last.isDrawn) draw(last);
			scrollTo({top: document.documentElement.scrollHeight, behavior: 'instant'});
		},
		isAtEnd: () => innerHeight + scrollY >= document.documentElement.scrollHeight - 40,
		highlight(text) {
			if (query === text) return;
			query = text;
			for (const block of blocks) {
				if (!block.isDrawn) continue;
				block.isOutdated = true;
				changed.add(block);
			}
			schedule();
		},
	};
	// All blocks are drawn before the page is printed, so that the print contains all rows.
	addEventListener('beforeprint', () => {
		for (const block of blocks) if (!block.isDrawn) draw(block);
	});
	return list;
}
