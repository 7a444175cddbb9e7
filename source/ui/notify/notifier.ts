/** Rings and keeps the title, by the policy: the shell around notify-policy.ts. */
import type {SelfInfo, Session} from '../../session/session.js';
import type {UiState} from '../model/ui-state.js';
import {notification, setTitle} from '../terminal/sequences.js';
import type {UiClock} from '../ui-clock.js';
import {clearNotices, isLooking, noNotices, noticeInputs, titleText} from './notify-policy.js';

export interface Notifier {
	/** The reader did something, or the terminal got or lost the focus. */
	attend(): void;
	stop(): void;
}

export interface NotifierOptions {
	readonly session: Session;
	readonly self: SelfInfo;
	readonly environment: Readonly<Record<string, string | undefined>>;
	readonly clock: UiClock;
	getUi(): UiState;
	write(sequence: string): void;
}

export function createNotifier({session, self, environment, clock, getUi, write}: NotifierOptions): Notifier {
	let notices = noNotices;
	let title = '';

	const attention = () => {
		const {focused, lastKeyAt, bell, ignored} = getUi();
		return {focused, lastKeyAt, bell, ignored, room: self.room, now: clock.now()};
	};

	function showTitle(): void {
		const next = titleText(notices, self.room);
		if (next === title) return;
		title = next;
		write(setTitle(title));
	}

	showTitle();
	const unsubscribe = session.store.subscribe((state, inputs) => {
		const result = noticeInputs(notices, state, inputs, attention());
		notices = result.notices;
		if (result.ring) write(notification(result.ring.title, result.ring.body, environment));
		showTitle();
	});

	return {
		attend() {
			if (isLooking(attention())) notices = clearNotices(notices);
			showTitle();
		},
		stop: unsubscribe,
	};
}
