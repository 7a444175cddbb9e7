/** The peers pane as rows: who is reachable first, as many as fit around the selected one. Pure. */

import type {PeerId} from '../../core/event.js';
import {CLOCK_OFFSET_SHOWN_MS} from '../../core/limits.js';
import type {PeerStatus, PeerView} from '../../core/select-peers.js';
import {formatRoundTrip} from '../../core/select-peers.js';
import {cleanLine} from '../text/clean-for-screen.js';
import {cellWidth, padCells, truncateCells} from '../text/graphemes.js';
import type {Segment, Theme} from '../theme.js';
import type {Row} from './paint-row.js';

export interface PeersRequest {
	readonly peers: readonly PeerView[];
	readonly typing: readonly PeerId[];
	readonly width: number;
	readonly height: number;
	readonly selected: PeerId | undefined;
	isIgnored(peer: PeerId): boolean;
	/** Colours go by person. */
	readonly personKey: (peer: PeerId) => string;
	readonly theme: Theme;
}

/** Two rows each while all that are present fit so, else one. */
export function formatPeerRows(request: PeersRequest): Row[] {
	const {peers, height, selected} = request;
	const leftCount = peers.filter(peer => peer.status === 'left').length;
	const isTwoRows = (peers.length - leftCount) * 2 + leftCount <= height;
	const at = Math.max(
		0,
		peers.findIndex(peer => peer.peer === selected),
	);
	const first = isTwoRows ? 0 : Math.max(0, Math.min(at - Math.floor(height / 2), peers.length - height));
	const rows: Row[] = [];
	for (const peer of peers.slice(first, first + height)) {
		rows.push(nameRow(peer, request));
		if (isTwoRows && peer.status !== 'left') rows.push(addressRow(peer, request));
	}
	return rows.slice(0, height);
}

export function statusWord(status: PeerStatus): string {
	return {self: 'you', connected: 'connected', suspect: 'silent', unreachable: 'unreachable', left: 'left'}[status];
}

function statusGlyph(status: PeerStatus, {glyphs}: Theme): string {
	if (status === 'self') return glyphs.dot;
	return glyphs[status];
}

function nameRow(peer: PeerView, {width, selected, personKey, theme, typing, isIgnored}: PeersRequest): Segment[] {
	const marked = peer.peer === selected;
	const present = peer.status === 'self' || peer.status === 'connected';
	const note = isIgnored(peer.peer) ? 'ignored' : peerNote(peer, typing.includes(peer.peer));
	const room = width - 3 - (note ? cellWidth(note) + 1 : 0);
	const shown = cleanLine(peer.name);
	const name = peer.hasNameCollision
		? `${truncateCells(shown, Math.max(3, room - 9), theme.glyphs.ellipsis)}#${peer.fingerprint}`
		: shown;
	return [
		{text: marked ? theme.glyphs.selected : ' ', style: {bold: true}},
		{
			text: `${statusGlyph(peer.status, theme)} `,
			style: peer.status === 'connected' ? theme.success : present ? {} : theme.muted,
		},
		{
			text: padCells(name, room, theme.glyphs.ellipsis),
			style: present ? {...theme.nameStyle(personKey(peer.peer)), bold: true} : theme.muted,
		},
		...(note ? [{text: ` ${note}`, style: theme.muted}] : []),
	];
}

/** One word at the right: what differs from the usual. */
function peerNote(peer: PeerView, typing: boolean): string {
	if (peer.status === 'self') return 'you';
	if (typing && peer.status === 'connected') return 'typing';
	if (peer.status === 'suspect') return 'silent';
	if (peer.status === 'unreachable') return 'lost';
	if (peer.status === 'left') return 'left';
	if (Math.abs(peer.clockOffsetMs ?? 0) > CLOCK_OFFSET_SHOWN_MS) return 'clock';
	return peer.roundTripMs === undefined ? '' : formatRoundTrip(peer.roundTripMs);
}

function addressRow(peer: PeerView, {width, theme}: PeersRequest): Segment[] {
	const address = peer.address ? `${peer.isAddressUnverified ? '~' : ''}${cleanLine(peer.address)}` : 'address unknown';
	return [{text: `   ${truncateCells(address, width - 3, theme.glyphs.ellipsis)}`, style: theme.muted}];
}
