/**
 * Request to leave the linear screen. If no other node has the user's newest messages, the first request only prints a
 * warning, and the next request leaves.
 */
import {selectUndeliveredCount} from '../../core/select.js';
import type {ChatNode} from '../../node/chat-node.js';
import {describeUndelivered} from '../screen-contract.js';

export interface QuitRequest {
	/**
	 * The warning as lines to print. Empty if every message was delivered, or if an earlier warning named the same or a
	 * larger number of undelivered messages.
	 */
	warning(): string[];
	/** Prints the warning, or leaves if there is none. */
	request(): void;
}

export function createQuitRequest(
	{store}: Pick<ChatNode, 'store'>,
	print: (...lines: readonly string[]) => void,
	leave: () => void,
): QuitRequest {
	let warnedCount = 0;

	function warning(): string[] {
		const count = selectUndeliveredCount(store.getState());
		if (count <= warnedCount) return [];
		warnedCount = count;
		return [describeUndelivered(count)];
	}

	return {
		warning,
		request() {
			const lines = warning();
			if (lines.length === 0) leave();
			else print(...lines, 'To leave now, type /quit or press Ctrl+D again.');
		},
	};
}
