/** Transport bar of the replay: mode, position, speed, search and filter on one row. */
import {findFirstIndex} from '../../core/binary-search.js';
import {cleanLine} from '../text/clean-for-screen.js';
import {cellWidth, fillRow, truncateCells} from '../text/graphemes.js';
import type {Segment, Style, Theme} from '../theme.js';
import {formatMoment, formatTime, localDayNumber, twoDigits} from '../timeline/format-time.js';
import {matchesSearch} from '../timeline/match-search.js';
import type {ReplayFrame} from './replay-frame.js';
import {MAX_IDLE_MS, type ReplayUi} from './replay-state.js';
import type {Hits} from './search-index.js';

export interface TransportRequest {
	readonly ui: ReplayUi;
	readonly frame: ReplayFrame;
	readonly hits: Hits;
	readonly room: string;
	/** Name of the log file, or empty if it is not known. */
	readonly file: string;
	readonly theme: Theme;
	/** Time in the log until the next record, ms; undefined unless playback waits for one. */
	readonly waitMs: number | undefined;
}

/**
 * Formats the bar, or the short message that replaces the bar. If the bar is too wide, its parts are shortened first,
 * and then left out one by one.
 */
export function formatTransportBar(request: TransportRequest): Segment[] {
	const {ui, theme} = request;
	const style: Style = theme.statusBar;
	if (ui.flash) {
		const text = ` ${cleanLine(ui.flash.text)}`;
		const flash = ui.flash.level === 'info' ? {} : ui.flash.level === 'warn' ? theme.warn : theme.error;
		return [{text: fillRow(text, '', ui.columns, theme.glyphs.ellipsis), style: {...flash, ...style}}];
	}
	const right = ui.columns >= 60 ? ' ? help ' : '';
	const room = ui.columns - cellWidth(right);
	const [head = '', ...others] = fitParts(barParts(request), room);
	return [
		{text: ` ${head}`, style: {...style, bold: true}},
		{
			text: fillRow(
				others.map(part => `  ${part}`).join(''),
				right,
				Math.max(0, ui.columns - cellWidth(head) - 1),
				theme.glyphs.ellipsis,
			),
			style,
		},
	];
}

interface BarPart {
	readonly text: string;
	readonly short?: string;
	/** Order in which parts are left out of a bar that is too wide: the highest number first. */
	readonly dropPriority: number;
}

/** Cuts off the start of a name, because the names of the logs of one room differ at the end. */
function truncateStart(name: string, cells: number, ellipsis: string): string {
	if (cellWidth(name) <= cells) return name;
	let end = name;
	while (cellWidth(end) >= cells) end = Array.from(end).slice(1).join('');
	return ellipsis + end;
}

function fitParts(parts: readonly BarPart[], room: number): string[] {
	const fits = (texts: readonly string[]) => cellWidth(` ${texts.join('  ')}`) <= room;
	const texts = parts.map(part => part.text);
	if (fits(texts)) return texts;
	let chosen = parts;
	for (;;) {
		const shorter = chosen.map(part => part.short ?? part.text);
		if (fits(shorter) || chosen.length === 1) return shorter;
		const dropped = chosen.reduce((worst, part) => (part.dropPriority >= worst.dropPriority ? part : worst));
		chosen = chosen.filter(part => part !== dropped);
	}
}

function barParts({ui, frame, hits, room, file, theme, waitMs}: TransportRequest): BarPart[] {
	const {glyphs} = theme;
	const reading = {text: `reading ${Math.floor(ui.loadedFraction * 100)} %`, dropPriority: 0.5};
	// No event has been read yet, so the bar has no position to show.
	if (ui.loadedFraction < 1 && frame.total === 0)
		return [{text: 'REPLAY', dropPriority: 0}, reading, {text: cleanLine(room), dropPriority: 10}];
	const isPlaying = ui.mode === 'playing';
	const state = isPlaying ? `${glyphs.playing} playing` : `${glyphs.paused} review`;
	const [at, total] = [formatSpan(frame.time - frame.start), formatSpan(frame.end - frame.start)];
	const parts: BarPart[] = [
		{text: `REPLAY ${state}`, dropPriority: 0},
		{text: formatPosition(frame, ui.columns), dropPriority: 6},
		{text: `${at} / ${total}`, short: `${at}/${total}`, dropPriority: 1},
		{text: `event ${frame.rank} of ${frame.total}`, short: `${frame.rank}/${frame.total}`, dropPriority: 2},
		{text: formatSpeed(ui.speed), dropPriority: ui.speed === 1 ? 7 : 4},
	];
	if (file !== '') {
		const name = cleanLine(file).replace(/\.p2plog$/, '');
		parts.push({text: name, short: truncateStart(name, FILE_CELLS, glyphs.ellipsis), dropPriority: 6.5});
	}
	if (ui.skipIdle) parts.push({text: `pauses ${MAX_IDLE_MS / 1000} s`, short: 'i', dropPriority: 8});
	if (ui.loadedFraction < 1) parts.push(reading);
	if (ui.following) parts.push({text: 'following', short: 'F', dropPriority: 5});
	if (ui.search !== '' || ui.prompt?.type === 'search') parts.push(matchPart(hits, frame, ui.search));
	if (ui.filter) parts.push(filterPart(frame.shownState.timeline.length - frame.view.length, ui.filter.text));
	if (isPlaying && waitMs !== undefined && waitMs > 3000) {
		const wait = `next in ${formatSpan(waitMs)}`;
		parts.push({text: ui.skipIdle ? wait : `${wait}, i: skip`, short: wait, dropPriority: 9});
	}
	parts.push({text: cleanLine(room), dropPriority: 10});
	return parts;
}

/** The number of matches, and the rank of the selected row if that row is a match. */
function matchPart({count, complete, times}: Hits, {selected, view, shownState}: ReplayFrame, search: string): BarPart {
	const all = `${count}${complete ? '' : '+'} ${count === 1 ? 'match' : 'matches'}`;
	const entry = selected && view.at(view.positionOf(selected));
	if (!complete || search === '' || !entry || !matchesSearch(shownState, entry, search))
		return {text: all, dropPriority: 5};
	const at = findFirstIndex(0, times.length, index => (times[index] ?? 0) > entry.ms);
	return {text: `${at} of ${all}`, short: `${at}/${all}`, dropPriority: 5};
}

/** Width of a shortened filter, in cells. */
const FILTER_CELLS = 14;
/** Width of a shortened file name, in cells, chosen so that the bar fits 80 columns. */
const FILE_CELLS = 15;

function filterPart(hidden: number, filterText: string): BarPart {
	// A filter that comes only from the options --from and --to has no text.
	const text = cleanLine(filterText) || '--from/--to';
	return {text: `only ${text} (${hidden} hidden)`, short: `only ${truncateCells(text, FILTER_CELLS)}`, dropPriority: 3};
}

/** Formats the time of the position, with the date if the log covers several days or the bar is wide enough. */
function formatPosition({time, start, end}: ReplayFrame, columns: number): string {
	const withDay = localDayNumber(start) !== localDayNumber(end) || columns >= 100;
	return withDay ? formatMoment(time) : formatTime(time, 'seconds');
}

function formatSpeed(speed: number): string {
	if (speed === Number.POSITIVE_INFINITY) return 'max';
	return `${{0.25: '¼', 0.5: '½'}[speed] ?? Number(speed.toFixed(2))}×`;
}

/** A duration as `0:35:12`; hours can have any number of digits. */
function formatSpan(ms: number): string {
	const seconds = Math.max(0, Math.floor(ms / 1000));
	return `${Math.floor(seconds / 3600)}:${twoDigits(Math.floor(seconds / 60) % 60)}:${twoDigits(seconds % 60)}`;
}
