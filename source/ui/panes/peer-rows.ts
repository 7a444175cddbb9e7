/** Rows of the peers pane. If not all peers fit, the rows show the peers around the selected one. */
import {type PeerId, shortPeerId} from '../../core/event.js';
import {CLOCK_OFFSET_SHOWN_MS} from '../../core/limits.js';
import {formatRoundTrip, type PeerStatus, type PeerView, statusWord} from '../../core/select-peers.js';
import {describeSharedIdentity, findPerson, type PersonView} from '../../core/select-people.js';
import {shownName} from '../../core/shown-name.js';
import {cleanLine} from '../text/clean-for-screen.js';
import {cellWidth, padCells, truncateCells} from '../text/graphemes.js';
import type {Segment, Theme} from '../theme.js';
import type {Row} from './paint-row.js';

export interface PeersRequest {
	readonly peers: readonly PersonView[];
	/** Number of people who left long ago. One row shows this number instead of their names. */
	readonly foldedCount: number;
	readonly typing: readonly PeerId[];
	readonly width: number;
	readonly height: number;
	readonly selected: PeerId | undefined;
	isIgnored(peer: PeerId): boolean;
	/** Hue of the name of a peer. */
	hueOf(peer: PeerId): number;
	readonly theme: Theme;
}

/**
 * Formats two rows per peer, or one row for a peer that has left. If these rows do not fit, formats one row per peer.
 */
export function formatPeerRows(request: PeersRequest): Row[] {
	const {peers, foldedCount, selected, theme} = request;
	const height = request.height - (foldedCount > 0 ? 1 : 0);
	const leftCount = peers.filter(peer => peer.status === 'left').length;
	const isTwoRows = (peers.length - leftCount) * 2 + leftCount <= height;
	const selectedPerson = findPerson(peers, selected);
	const selectedIndex = selectedPerson ? peers.indexOf(selectedPerson) : 0;
	const first = isTwoRows ? 0 : Math.max(0, Math.min(selectedIndex - Math.floor(height / 2), peers.length - height));
	const rows: Row[] = [];
	for (const peer of peers.slice(first, first + height)) {
		rows.push(nameRow(peer, peer === selectedPerson, request, isTwoRows));
		if (isTwoRows && peer.status !== 'left') rows.push(addressRow(peer, request));
	}
	const foldedRow: Row = [{text: ` ${theme.glyphs.left} ${foldedCount} left`, style: theme.muted}];
	return [...rows.slice(0, height), ...(foldedCount > 0 ? [foldedRow] : [])];
}

function statusGlyph(status: PeerStatus, {glyphs}: Theme): string {
	if (status === 'self') return glyphs.dot;
	return glyphs[status];
}

function nameRow(
	peer: PersonView,
	isSelected: boolean,
	{width, hueOf, theme, typing, isIgnored}: PeersRequest,
	isTwoRows: boolean,
): Segment[] {
	const present = peer.status === 'self' || peer.status === 'connected';
	const isTyping = peer.sessions.some(session => typing.includes(session));
	const plain = shownName(cleanLine(peer.name)) || shortPeerId(peer.peer);
	const shownNote = isIgnored(peer.peer) ? 'ignored' : peerNote(peer, isTyping, isTwoRows);
	// If the fingerprint and the note do not both fit, only the fingerprint is shown, because it distinguishes people with
	// equal names.
	const needed = cellWidth(plain) + (peer.hasNameCollision ? peer.fingerprint.length + 1 : 0);
	const isMeasurement = peer.status === 'connected' && shownNote !== 'typing' && shownNote !== 'ignored';
	const note = isMeasurement && needed > width - 4 - cellWidth(shownNote) ? '' : shownNote;
	const nameCells = width - 3 - (note ? cellWidth(note) + 1 : 0);
	const name = peer.hasNameCollision
		? `${truncateCells(plain, Math.max(3, nameCells - peer.fingerprint.length - 1), theme.glyphs.ellipsis)}#${peer.fingerprint}`
		: plain;
	return [
		{text: isSelected ? theme.glyphs.selected : ' ', style: {bold: true}},
		{
			text: statusGlyph(peer.status, theme),
			style: peer.status === 'connected' ? theme.success : present ? {} : theme.muted,
		},
		trustMark(peer, theme),
		{
			text: padCells(name, nameCells, theme.glyphs.ellipsis),
			style: present ? {...theme.nameStyle(hueOf(peer.peer)), bold: true} : theme.muted,
		},
		...(note ? [{text: ` ${note}`, style: theme.muted}] : []),
	];
}

/**
 * Mark of a verified person, or of somebody who uses the name of a verified person with another key. The mark has a
 * column of its own, so that no name can imitate it.
 */
function trustMark({trust}: PeerView, theme: Theme): Segment {
	if (trust === 'verified') return {text: theme.glyphs.verified, style: theme.success};
	return trust === 'impostor' ? {text: '!', style: theme.error} : {text: ' '};
}

/**
 * Note at the right of a peer's row: an unusual state (for example typing or unreachable), else the round-trip time.
 */
function peerNote(peer: PersonView, typing: boolean, isTwoRows: boolean): string {
	// If each peer has two rows, the second row shows the number of sessions.
	const sessions = peer.sessions.length > 1 && !isTwoRows ? `${peer.sessions.length} sessions` : '';
	if (peer.status === 'self') return ['you', sessions].filter(Boolean).join(', ');
	if (typing && peer.status === 'connected') return 'typing';
	if (peer.status !== 'connected') return statusWord(peer.status);
	if (Math.abs(peer.clockOffsetMs ?? 0) > CLOCK_OFFSET_SHOWN_MS) return 'clock';
	if (sessions) return sessions;
	if (peer.isKeeper) return 'keeper';
	return peer.roundTripMs === undefined ? '' : formatRoundTrip(peer.roundTripMs);
}

/** Row below the name: number of sessions, a note if two nodes use the same identity, and the address. */
function addressRow(peer: PersonView, {width, theme}: PeersRequest): Segment[] {
	const address = peer.address ? `${peer.isAddressUnverified ? '~' : ''}${cleanLine(peer.address)}` : 'address unknown';
	const sessions = peer.sessions.length > 1 ? `${peer.sessions.length} sessions` : '';
	const text = [sessions, cleanLine(describeSharedIdentity(peer)), address].filter(Boolean).join(', ');
	return [{text: `   ${truncateCells(text, width - 3, theme.glyphs.ellipsis)}`, style: theme.muted}];
}
