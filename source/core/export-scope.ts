/**
 * Rules for what an exported log contains beyond the conversation. Markdown and HTML can be passed on to others, so
 * by default they contain nothing that is for this user only. Text and JSON lines are for scripts, and always contain
 * the IP addresses of people.
 */
import type {FeedEvent, PeerId} from './event.js';
import {addressOf} from './select-peers.js';
import type {State} from './state.js';
import {cleanLine} from './text.js';
import type {TimelineEntry} from './timeline.js';

export interface ExportScope {
	/** Whether an export contains addresses, and the notices of the program, which can contain addresses. */
	readonly withAddresses: boolean;
	readonly whispers: boolean;
}

/**
 * Whether an export in this format contains the IP addresses of people. `isAsked`: whether the user asks for
 * addresses.
 */
export function hasAddresses(format: string | undefined, isAsked = false): boolean {
	return isAsked || format === 'text' || format === 'jsonl';
}

/** Whether an export contains a timeline entry: whispers and notices may be excluded. */
export function isExported({type}: Pick<TimelineEntry, 'type'>, {withAddresses, whispers}: ExportScope): boolean {
	if (type === 'whisper') return whispers;
	return type !== 'notice' || withAddresses;
}

/**
 * Address of a peer as an export shows it. `~` before an address means that the peer claims the address, and that no
 * connection of this node has confirmed it.
 */
export function exportedAddress(state: State, peer: PeerId, withAddresses: boolean): string | undefined {
	const found = withAddresses ? addressOf(state, peer) : undefined;
	return found && `${found.isUnverified ? '~' : ''}${cleanLine(found.address)}`;
}

/** Text of an export for a `moved` event, to be written after the name of the person. */
export function describeMove({addresses}: FeedEvent & {type: 'moved'}, withAddresses: boolean): string {
	return `moved to ${withAddresses ? addresses.map(address => cleanLine(address)).join(', ') : 'another address'}`;
}
