/** The transport bar: what the replay is doing, and where. Pure. */
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
	/** Name of the log file; empty: not known. */
	readonly file: string;
	readonly theme: Theme;
	/** Until the next record, ms of the log; undefined where nothing is waited for. */
	readonly waitMs: number | undefined;
}

export function formatSpeed(speed: number): string {
	if (speed === Number.POSITIVE_INFINITY) return 'max';
	return `${{0.25: '¼', 0.5: '½'}[speed] ?? Number(speed.toFixed(2))}×`;
}

/** `0:35:12`; hours grow. */
export function formatSpan(ms: number): string {
	const seconds = Math.max(0, Math.floor(ms / 1000));
	return `${Math.floor(seconds / 3600)}:${twoDigits(Math.floor(seconds / 60) % 60)}:${twoDigits(seconds % 60)}`;
}

/** One row, inverse. Where it does not fit, parts are said shorter, then the least of them is left out. */
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
	const [head = '', ...rest] = fitParts(barParts(request), room);
	return [
		{text: ` ${head}`, style: {...style, bold: true}},
		{
			text: fillRow(
				rest.map(part => `  ${part}`).join(''),
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
	/** The greatest goes first. */
	readonly dropPriority: number;
}

/** Logs of one room differ at the end of their names. */
function truncateStart(name: string, cells: number, ellipsis: string): string {
	if (cellWidth(name) <= cells) return name;
	let rest = name;
	while (cellWidth(rest) >= cells) rest = Array.from(rest).slice(1).join('');
	return ellipsis + rest;
}

function fitParts(parts: readonly BarPart[], room: number): string[] {
	const fits = (texts: readonly string[]) => cellWidth(` ${texts.join('  ')}`) <= room;
	const texts = parts.map(part => part.text);
	if (fits(texts)) return texts;
	let chosen = parts;
	for (;;) {
		const shorter = chosen.map(part => part.short ?? part.text);
		if (fits(shorter) || chosen.length === 1) return shorter;
		const least = chosen.reduce((worst, part) => (part.dropPriority >= worst.dropPriority ? part : worst));
		chosen = chosen.filter(part => part !== least);
	}
}

function barParts({ui, frame, hits, room, file, theme, waitMs}: TransportRequest): BarPart[] {
	const {glyphs} = theme;
	const reading = {text: `reading ${Math.floor(ui.loadedFraction * 100)} %`, dropPriority: 0.5};
	// No place, no time yet.
	if (ui.loadedFraction < 1 && frame.total === 0)
		return [{text: 'REPLAY', dropPriority: 0}, reading, {text: cleanLine(room), dropPriority: 10}];
	const playing = ui.mode === 'playing';
	const state = playing ? `${glyphs.playing} playing` : `${glyphs.paused} review`;
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
	if (ui.skipIdle) parts.push({text: `silence ${MAX_IDLE_MS / 1000} s`, short: 'i', dropPriority: 8});
	if (ui.loadedFraction < 1) parts.push(reading);
	if (ui.following) parts.push({text: 'following', short: 'F', dropPriority: 5});
	if (ui.search !== '' || ui.prompt?.type === 'search') parts.push(matchPart(hits, frame, ui.search));
	if (ui.filter) parts.push(filterPart(frame.shownState.timeline.length - frame.view.length, ui.filter.text));
	if (playing && waitMs !== undefined && waitMs > 3000) {
		const wait = `next in ${formatSpan(waitMs)}`;
		parts.push({text: ui.skipIdle ? wait : `${wait}, i skips`, short: wait, dropPriority: 9});
	}
	parts.push({text: cleanLine(room), dropPriority: 10});
	return parts;
}

/** Which one the position is, where it is one. */
function matchPart({count, complete, times}: Hits, {selected, view, shownState}: ReplayFrame, search: string): BarPart {
	const all = `${count}${complete ? '' : '+'} ${count === 1 ? 'match' : 'matches'}`;
	const entry = selected && view.at(view.positionOf(selected));
	if (!complete || search === '' || !entry || !matchesSearch(shownState, entry, search))
		return {text: all, dropPriority: 5};
	const at = findFirstIndex(0, times.length, index => (times[index] ?? 0) > entry.ms);
	return {text: `${at} of ${all}`, short: `${at}/${all}`, dropPriority: 5};
}

const FILTER_CELLS = 14;
/** Fits beside what is always said in 80 columns. */
const FILE_CELLS = 15;

function filterPart(hidden: number, typed: string): BarPart {
	const text = cleanLine(typed) || 'a part';
	return {text: `only ${text} (${hidden} hidden)`, short: `only ${truncateCells(text, FILTER_CELLS)}`, dropPriority: 3};
}

/** With its day where the log has more than one, or there is room. */
function formatPosition({time, start, end}: ReplayFrame, columns: number): string {
	const withDay = localDayNumber(start) !== localDayNumber(end) || columns >= 100;
	return withDay ? formatMoment(time) : formatTime(time, 'seconds');
}
