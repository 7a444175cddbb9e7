/**
 * The HTML export: one file with the whole timeline in its final state, the people and the pinned messages. It also
 * shows where events are missing.
 */

import {gzipSync} from 'node:zlib';
import type {Batch} from '../../core/batch.js';
import {eventId, isWritten, type PeerId, shortPeerId} from '../../core/event.js';
import {exportedAddress} from '../../core/export-scope.js';
import {personKey} from '../../core/name-collisions.js';
import {hueOf} from '../../core/name-hues.js';
import {findPeer, listPeers} from '../../core/roster.js';
import {fingerprintOf} from '../../core/select-peers.js';
import {selectPins} from '../../core/select-pins.js';
import type {State} from '../../core/state.js';
import {positionOf, type TimelineEntry} from '../../core/timeline.js';
import {documentEnd, documentStart, type PageAssets, rowGroup} from '../../page/html-document.js';
import {findMissingEvents} from '../../page/missing-events.js';
import {gapId, packRows} from '../../page/packed-rows.js';
import {createPageNames, pageTitle} from '../../page/page-names.js';
import type {PageInfo, PagePerson, PageRow} from '../../page/page-row.js';
import {type PageRowOptions, pageRowOf} from '../../page/page-rows.js';
import type {FeedVerification} from '../verify-log.js';
import {formatLocalTime} from './format-text.js';

export interface HtmlExportOptions {
	readonly state: State;
	readonly room: string;
	/** The rows to export, in the order of the timeline. */
	readonly entries: readonly TimelineEntry[];
	/** Batches of the log, by which missing events are found. If undefined, missing events are not shown. */
	readonly batches?: readonly Batch[];
	/** For each feed: whether its signatures are valid. Undefined if nothing was verified. */
	readonly verifications?: readonly FeedVerification[];
	/** Number of damaged byte ranges in the log file. */
	readonly damagedParts: number;
	/** Whether filters left events out. */
	readonly isFiltered: boolean;
	readonly withAddresses: boolean;
	readonly assets: PageAssets;
	readonly version: string;
	/** Wall clock time of the export, ms. */
	readonly now: number;
}

/** Number of rows in one block. The script of the page draws this many rows at once. */
const BLOCK_ROWS = 50;
/** Number of blocks of rows that are compressed together, as one group. */
const GROUP_BLOCKS = 20;

/** Yields the HTML document in parts of some kilobytes. */
export function* htmlExport(options: HtmlExportOptions): Generator<string> {
	const {state, entries, withAddresses, assets} = options;
	const rowOptions: PageRowOptions = {
		names: createPageNames(withAddresses),
		withAddresses,
		withObservations: true,
		idOf: (of, entry) => String(positionOf(of.timeline, entry) + 1),
	};
	const info = pageInfo(options, rowOptions);
	yield documentStart(info, assets);
	const gaps = createGapRows(options, rowOptions);
	let block: PageRow[] = [];
	const blocks: string[] = [];
	for (const entry of entries) {
		const row = pageRowOf(state, entry, rowOptions);
		if (!row) continue;
		const gap = gaps(entry, row);
		block.push(...(gap ? [gap, row] : [row]));
		if (block.length < BLOCK_ROWS) continue;
		blocks.push(packRows(block));
		block = [];
		if (blocks.length === GROUP_BLOCKS) yield rowGroup(blocks.splice(0), compress);
	}
	if (block.length > 0) blocks.push(packRows(block));
	if (blocks.length > 0) yield rowGroup(blocks, compress);
	yield documentEnd;
}

function compress(text: string): string {
	return gzipSync(text).toString('base64');
}

function pageInfo(options: HtmlExportOptions, rowOptions: PageRowOptions): PageInfo {
	const {state, entries, room} = options;
	const people = summarizePeople(options, rowOptions);
	const shown = new Set(entries.filter(isWritten).map(({peer, seq}) => eventId(peer, seq)));
	const pins = selectPins(state)
		.filter(({message}) => shown.has(eventId(message.peer, message.seq)))
		.flatMap(({message}) => pageRowOf(state, message, rowOptions) ?? []);
	return {
		mode: 'file',
		title: pageTitle(room),
		notes: notesOf(options),
		people,
		pins,
		rows: entries.length,
	};
}

function notesOf({entries, verifications, damagedParts, isFiltered, version, now}: HtmlExportOptions): string[] {
	const [first, last] = [entries[0], entries.at(-1)];
	const count = entries.length === 1 ? '1 event' : `${entries.length} events`;
	const range = first && last ? `, ${formatMinute(first.at)} to ${formatMinute(last.at)}` : '';
	return [
		`${count}${range}. Written by p2pchat-ink ${version} on ${formatMinute(now)}.`,
		...(isFiltered ? ['This page is a selection: other events of the log were left out.'] : []),
		...(verifications ? [verificationNote(verifications, now)] : []),
		...(damagedParts > 0
			? [`The log file is damaged in ${damagedParts === 1 ? 'one place' : `${damagedParts} places`}.`]
			: []),
		'Corrections, withdrawals and reactions are shown as they were at the end of the log.',
	];
}

function verificationNote(verifications: readonly FeedVerification[], now: number): string {
	const faulty = verifications.filter(({fault}) => fault !== undefined).length;
	const when = `on ${formatMinute(now)} by the exporting program`;
	const limit = 'This file itself is not signed: anybody who passes it on can change it.';
	return faulty === 0
		? `All signatures were verified ${when}. ${limit}`
		: `Signatures were verified ${when}: ${faulty} of ${verifications.length} feeds are not valid to their end. ${limit}`;
}

function formatMinute(ms: number): string {
	return formatLocalTime(ms).slice(0, 16).replace('T', ' ');
}

/** One entry for each person with a row in the export, in the order of their first row. */
function summarizePeople(
	{state, entries, batches = [], verifications = [], withAddresses}: HtmlExportOptions,
	{names}: PageRowOptions,
): PagePerson[] {
	const counts = new Map<string, {peer: PeerId; messages: number}>();
	const keys = new Map<PeerId, string>();
	const keyOf = (peer: PeerId) => {
		const known = findPeer(state.roster, peer);
		const key = keys.get(peer) ?? (known ? personKey(known, state.launches) : peer);
		keys.set(peer, key);
		return key;
	};
	for (const {peer, seq, type} of entries) {
		if (seq === 0) continue;
		const person = counts.get(keyOf(peer)) ?? {peer, messages: 0};
		counts.set(keyOf(peer), {peer, messages: person.messages + (isWritten({type}) ? 1 : 0)});
	}
	const missing = findMissingEvents(batches);
	return [...counts].map(([key, {peer, messages}]) => {
		const feeds = listPeers(state.roster).filter(known => keyOf(known.peer) === key);
		const gaps = feeds.flatMap(feed => missing.get(feed.peer) ?? []).reduce((sum, {count}) => sum + count, 0);
		const faults = verifications.filter(({peer: feed, fault}) => fault !== undefined && keyOf(feed) === key);
		const address = exportedAddress(state, peer, withAddresses);
		const note = [
			...(gaps > 0 ? [gaps === 1 ? '1 event is missing' : `${gaps} events are missing`] : []),
			...(faults.some(({fault}) => fault === 'bad signature') ? ['a signature is NOT valid'] : []),
			...(faults.some(({fault}) => fault === 'forked') ? ['the feed is forked'] : []),
		].join(', ');
		return {
			name: names(state, peer),
			hue: hueOf(state, peer),
			messages,
			...(withAddresses && {fingerprint: fingerprintOf(state, peer) || shortPeerId(peer)}),
			...(address !== undefined && {address}),
			...(note !== '' && {note}),
		};
	});
}

/**
 * Creates a function that returns a gap row if events of the same feed are missing before an entry. The caller inserts
 * the gap row before the row of the entry.
 */
function createGapRows({state, batches = []}: HtmlExportOptions, {names}: PageRowOptions) {
	const missing = new Map([...findMissingEvents(batches)].map(([peer, gaps]) => [peer, [...gaps]]));
	return ({peer, seq}: TimelineEntry, row: PageRow): PageRow | undefined => {
		const gaps = missing.get(peer) ?? [];
		const passed = seq === 0 ? [] : gaps.filter(({nextSeq}) => nextSeq <= seq);
		if (passed.length === 0) return undefined;
		missing.set(
			peer,
			gaps.filter(({nextSeq}) => nextSeq > seq),
		);
		const count = passed.reduce((sum, gap) => sum + gap.count, 0);
		return {
			id: gapId(row.id),
			at: row.at,
			kind: 'gap',
			name: names(state, peer, seq),
			hue: hueOf(state, peer),
			text: count === 1 ? '1 event is missing here' : `${count} events are missing here`,
		};
	};
}
