/**
 * The page that guests see. It shows a room that a node on another computer is in, and adds new rows as they arrive.
 */
import type {PageInfo} from '../page-row.js';
import {createBlockList} from './block-list.js';
import {create, createButton, elementById} from './elements.js';
import {headView, peopleView, pinsView} from './head-view.js';
import {openConnection, type StreamLine} from './window-connection.js';

/** Older rows are loaded when the reader is at most this far from the top, px. */
const LOAD_AT_PX = 2000;

export function startWindowPage(info: PageInfo): void {
	let hasMore = false;
	let isLoading = false;
	let unseen = 0;
	const list = createBlockList(elementById('timeline'), () => void loadOlder());
	const state = create('span', 'state', 'Connecting…');
	const people = create('div', '');
	const pins = create('div', '');
	const newer = createButton('', () => {
		list.scrollToEnd();
		showUnseen(0);
	});
	newer.hidden = true;
	const older = create('p', 'note', 'This is the beginning of the room.');
	older.hidden = true;
	elementById('head').append(...headView(info), people, pins, older);
	elementById('foot').append(create('div', 'status', state, newer));

	const connection = openConnection({
		onLine,
		onState(text) {
			state.textContent = text || 'This page is read-only. The person who shows this room sees that you are here.';
			document.documentElement.dataset.state = text === '' ? 'open' : 'waiting';
		},
	});

	function showUnseen(count: number): void {
		unseen = count;
		newer.hidden = count === 0;
		newer.textContent = `${count} new ↓`;
	}

	function onLine(line: StreamLine): void {
		const isFollowing = list.isAtEnd();
		switch (line.type) {
			case 'snapshot':
				list.clear();
				list.prepend(line.rows);
				setMore(line.more);
				list.scrollToEnd();
				showUnseen(0);
				document.documentElement.dataset.ready = '1';
				return;
			case 'row': {
				const oldest = list.first();
				if (oldest && hasMore && (line.row.order ?? '') < (oldest.order ?? '')) return;
				const isNewest = (list.last()?.order ?? '') < (line.row.order ?? '');
				list.put(line.row);
				if (isFollowing) list.scrollToEnd();
				else if (isNewest && line.row.kind !== 'event') showUnseen(unseen + 1);
				return;
			}
			case 'gone':
				list.remove(line.id);
				return;
			case 'people':
				keepPlace(() => people.replaceChildren(peopleView(line.people)));
				return;
			case 'pins': {
				const view = pinsView(line.pins);
				keepPlace(() => pins.replaceChildren(...(view ? [view] : [])));
				return;
			}
			default:
		}
	}

	/**
	 * Calls `change`, which may change the height of the page above the rows, and keeps the rows on the screen in
	 * place.
	 */
	function keepPlace(change: () => void): void {
		const isFollowing = list.isAtEnd();
		const before = elementById('timeline').getBoundingClientRect().top;
		change();
		if (isFollowing) list.scrollToEnd();
		else if (before < 0)
			scrollBy({top: elementById('timeline').getBoundingClientRect().top - before, behavior: 'instant'});
	}

	function setMore(more: boolean): void {
		hasMore = more;
		older.hidden = more;
	}

	async function loadOlder(): Promise<void> {
		const order = list.first()?.order;
		if (!hasMore || isLoading || order === undefined || scrollY > LOAD_AT_PX) return;
		isLoading = true;
		try {
			const {rows, more} = await connection.rowsBefore(order);
			if (list.first()?.order !== order) return;
			list.prepend(rows);
			setMore(more && rows.length > 0);
		} catch {
			// Nothing is reported: the next scroll event tries to load the rows again.
		} finally {
			isLoading = false;
		}
	}

	addEventListener(
		'scroll',
		() => {
			if (list.isAtEnd()) showUnseen(0);
			void loadOlder();
		},
		{passive: true},
	);
}
