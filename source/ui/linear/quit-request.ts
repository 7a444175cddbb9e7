/**
 * Request to leave the linear screen. If nobody else has the user's newest messages, the user is warned first, and
 * leaves with the next request.
 */
import {selectUndeliveredCount} from '../../core/select.js';
import type {ChatNode} from '../../node/chat-node.js';
import {describeUndelivered} from '../screen-contract.js';

export interface QuitRequest {
	/**
	 * The warning as lines to print. Empty if no message is undelivered, or if an earlier warning named the same or a
	 * larger number.
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
			else print(...lines, 'Do this again to leave the chat.');
		},
	};
}
