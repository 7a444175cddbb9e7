/** Details of an entry and of a peer, as [what, value] pairs. Pure. */

import type {PeerId} from '../../core/event.js';
import {toSortableString} from '../../core/event-order.js';
import {CLOCK_OFFSET_SHOWN_MS} from '../../core/limits.js';
import {selectDelivery} from '../../core/select.js';
import {fingerprintOf, formatRoundTrip, type PeerView, selectPeer} from '../../core/select-peers.js';
import type {State} from '../../core/state.js';
import type {TimelineEntry} from '../../core/timeline.js';
import {statusWord} from '../panes/peer-rows.js';
import {cleanLine} from '../text/clean-for-screen.js';
import {entryText} from '../timeline/describe-entry.js';
import {displayAddress, plainName} from '../timeline/display-name.js';
import {formatMoment} from '../timeline/format-time.js';

export type Detail = readonly [what: string, value: string];

export function entryDetails(state: State, entry: TimelineEntry): Detail[] {
	const facts: Detail[] = [
		['from', `${plainName(state, entry.peer, entry.seq)}#${fingerprintOf(state, entry.peer)}`],
		['address', displayAddress(state, entry.peer) || 'unknown'],
		['written', `${formatMoment(entry.at)}${entry.late ? ' (came in late)' : ''}`],
	];
	if (entry.seq > 0) facts.push(['event', `${entry.type}, number ${entry.seq} of its author`], ['peer id', entry.peer]);
	else facts.push(['event', `${entry.type}, seen by this node`]);
	facts.push(['order', toSortableString(entry)]);
	if (entry.type === 'posted' && entry.peer === state.launch?.peer)
		facts.push(['delivery', deliveryText(state, entry.seq)]);
	facts.push(['text', entryText(state, entry)]);
	return facts;
}

function deliveryText(state: State, seq: number): string {
	const delivery = selectDelivery(state, seq);
	if (!delivery || (delivery.of === 0 && delivery.delivered === 0))
		return 'nobody was connected when it was said; whoever comes gets it';
	if (delivery.of === 0)
		return `nobody was connected when it was said; on the disk of ${delivery.delivered} who came since`;
	return `on the disk of ${delivery.delivered} of the ${delivery.of} who were connected when it was said`;
}

export function peerDetails(state: State, peer: PeerId): Detail[] {
	const view = selectPeer(state, peer);
	if (!view) return [['peer id', peer]];
	const facts: Detail[] = [
		['name', cleanLine(view.name)],
		['state', statusWord(view.status)],
		[
			'address',
			view.address ? `${cleanLine(view.address)}${view.isAddressUnverified ? ' (as it says itself)' : ''}` : 'unknown',
		],
		[
			'fingerprint',
			`${view.fingerprint}${view.verified ? ' (durable identity, verified)' : ' (of this launch: no identity)'}`,
		],
		['peer id', view.peer],
	];
	facts.push(...linkDetails(view), ...historyDetails(state, view));
	return facts;
}

function linkDetails(view: PeerView): Detail[] {
	const facts: Detail[] = [];
	if (view.version) facts.push(['version', cleanLine(view.version)]);
	if (view.roundTripMs !== undefined) facts.push(['round trip', formatRoundTrip(view.roundTripMs)]);
	if (view.clockOffsetMs !== undefined) facts.push(['clock', clockText(view.clockOffsetMs)]);
	if (view.direction) facts.push(['connection', view.direction === 'dialled' ? 'we dialled' : 'it dialled']);
	if (view.queuedBytes) facts.push(['waiting', `${view.queuedBytes} bytes to be sent`]);
	return facts;
}

function clockText(offsetMs: number): string {
	const seconds = Math.round(Math.abs(offsetMs) / 1000);
	if (Math.abs(offsetMs) <= CLOCK_OFFSET_SHOWN_MS) return `agrees with ours (${Math.round(offsetMs)} ms)`;
	return `${seconds} s ${offsetMs > 0 ? 'ahead of' : 'behind'} ours`;
}

function historyDetails(state: State, view: PeerView): Detail[] {
	const facts: Detail[] = [];
	if (view.connectedSince) facts.push(['first connected', formatMoment(view.connectedSince)]);
	if (view.lostAt) facts.push(['lost', formatMoment(view.lostAt)]);
	if (view.leftAt) facts.push(['left', formatMoment(view.leftAt)]);
	const holds = state.ephemeral.delivered[view.peer];
	if (holds !== undefined) facts.push(['holds of ours', `events up to number ${holds}`]);
	if (view.unreadable > 0) facts.push(['unreadable', `${view.unreadable} events that this version cannot read`]);
	return facts;
}
