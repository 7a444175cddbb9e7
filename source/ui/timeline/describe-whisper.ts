/** Delivery of a whisper of this user, in words. */
import type {Whisper} from '../../core/event.js';
import {selectWhisperDelivery} from '../../core/select.js';
import {statusOf} from '../../core/select-peers.js';
import type {State} from '../../core/state.js';

export const WHISPER_REFUSED = 'not delivered: the other node does not accept whispers';

/** Delivery of a whisper, in words. Undefined for a whisper of another person or of an earlier launch. */
export function describeWhisperDelivery(state: State, whisper: Whisper): string | undefined {
	switch (selectWhisperDelivery(state, whisper)) {
		case 'delivered':
			return 'delivered: the log of the other person has it';
		case 'refused':
			return WHISPER_REFUSED;
		case 'waiting':
			return statusOf(state, whisper.subject) === 'left'
				? 'not confirmed, and the other person has left'
				: 'not confirmed yet';
		default:
			return undefined;
	}
}
