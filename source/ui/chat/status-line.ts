/**
 * Status line: room, name and address of this user, peers, current activity, and the number of new messages below the
 * viewport. A completion or the help on a command replaces it.
 */
import {foldText} from '../../core/fold-text.js';
import {selectPendingCount, selectSyncProgress, selectTyping} from '../../core/select.js';
import {findName, formatRoundTrip, isPresent, nameOf, statusOf} from '../../core/select-peers.js';
import {selectConnectedCount, selectKnownCount, selectPeople, selectSessionCount} from '../../core/select-people.js';
import {selectQuality} from '../../core/select-quality.js';
import {shownName} from '../../core/shown-name.js';
import type {State} from '../../core/state.js';
import type {SelfInfo} from '../../node/chat-node.js';
import {commandUsage, findCommandRow} from '../../node/commands/command-table.js';
import {findCompletion} from '../../node/commands/completions.js';
import {type Addressee, draftError} from '../addressee.js';
import {cleanLine} from '../text/clean-for-screen.js';
import {cellWidth, padCells} from '../text/graphemes.js';
import type {Segment, Style, Theme} from '../theme.js';
import {quoteOf} from '../timeline/describe-effect.js';
import {unreadMentions} from '../timeline/describe-unread.js';
import {displayName} from '../timeline/display-name.js';
import {transfersText} from '../timeline/format-file.js';
import type {MatchCount} from '../timeline/match-search.js';
import {joinParts} from '../timeline/text-parts.js';
import type {UiState} from './chat-state.js';
import type {ChatContext} from './frame.js';
import {countNewBelow} from './reading-position.js';

const MAX_NEW_COUNT = 1000;

export interface StatusRequest {
	readonly ui: UiState;
	readonly context: ChatContext;
	readonly theme: Theme;
	readonly width: number;
	/** Number of matches of the search, and the rank of the selected one. */
	readonly matches: MatchCount;
}

/** Formats the status line as a row of `width` cells. */
export function formatStatusLine(request: StatusRequest): Segment[] {
	const {ui, theme, width} = request;
	if (ui.editor.completion && ui.focus === 'input') return completionSegments(ui.editor.completion, width, theme);
	const fault = ui.focus === 'input' ? draftError(ui, ui.editor.text, request.context.state) : undefined;
	// After Enter, a row above the status line shows the error, so the status line does not repeat it.
	if (fault && ui.flash?.text !== fault) return fillRow(` ${cleanLine(fault)}`, '', width, theme, theme.warn);
	const help = ui.addressee ? whisperHelp(ui.addressee) : commandHelp(ui);
	const commands = help ? undefined : matchingCommands(ui);
	if (commands) return completionSegments({candidates: commands, chosen: -1}, width, theme);
	if (help) return fillRow(help, '', width, theme, {});
	const composing = composingText(ui, request.context);
	if (composing) return fillRow(composing, '', width, theme, {});
	const {left, right} = fitTexts(request);
	return fillRow(left, right, width, theme, {});
}

function fillRow(left: string, right: string, width: number, theme: Theme, style: Style): Segment[] {
	const room = Math.max(0, width - cellWidth(right));
	return [
		{text: padCells(left, room, theme.glyphs.ellipsis), style: {...style, ...theme.statusBar}},
		...(right ? [{text: right, style: {...theme.statusBar, bold: true}}] : []),
	];
}

/** Hint about a draft that is a reply or a correction. */
function composingText({composing}: UiState, {state}: ChatContext): string | undefined {
	if (!composing) return undefined;
	const quote = joinParts(quoteOf(state, composing.target).parts);
	return composing.type === 'reply'
		? ` Reply to ${quote}   Esc: no reply`
		: ` Enter: correct your message (unchanged: send it again)   Esc: cancel   ${quote}`;
}

function completionSegments(
	completion: Pick<NonNullable<UiState['editor']['completion']>, 'candidates' | 'chosen'>,
	width: number,
	theme: Theme,
): Segment[] {
	const segments: Segment[] = [{text: ' ', style: theme.statusBar}];
	let used = 1;
	const from = Math.max(0, completion.chosen - 4);
	for (const [index, candidate] of completion.candidates.slice(from).entries()) {
		const text = candidate.trim();
		if (used + cellWidth(text) + 3 > width) {
			segments.push({text: theme.glyphs.ellipsis, style: theme.statusBar});
			used += 1;
			break;
		}
		const chosen = from + index === completion.chosen;
		segments.push({text: chosen ? `[${text}]` : ` ${text} `, style: chosen ? {bold: true} : theme.statusBar});
		used += cellWidth(text) + 2;
	}
	segments.push({text: ' '.repeat(Math.max(0, width - used)), style: theme.statusBar});
	return segments;
}

/** Commands that start with the typed letters, as Tab offers them; undefined unless a command name is being typed. */
function matchingCommands({editor, focus, prompt}: UiState): readonly string[] | undefined {
	if (focus !== 'input' || prompt || editor.cursor !== editor.text.length || !/^\/[^\s/]*$/.test(editor.text))
		return undefined;
	return findCompletion(editor.text, editor.cursor, [])?.candidates;
}

/** Usage and description of the command in the draft, or undefined. */
function commandHelp(ui: UiState): string | undefined {
	const match = ui.focus === 'input' && !ui.prompt ? /^\/(\w+)(\s|$)/.exec(ui.editor.text) : null;
	const row = match?.[1] ? findCommandRow(foldText(match[1])) : undefined;
	return row && ` ${commandUsage(row)}: ${row.description}`;
}

function whisperHelp({name}: Addressee): string {
	return ` Enter: send to ${name} only. Nobody else gets it, and no other session of yours.`;
}

function roomText({room, hasSecret}: SelfInfo): string {
	return `${cleanLine(room)} (${hasSecret ? 'secret' : 'open'})`;
}

/**
 * Fits the left and the right text into the width. Parts that do not fit are dropped in this order: this user's
 * address, the hint on help, and, if an activity is shown, this user's name. The count of new messages always stays.
 */
function fitTexts(request: StatusRequest): {left: string; right: string} {
	const {ui, context, width} = request;
	const right = rightText(request);
	const fits = (left: string) => cellWidth(left) + cellWidth(right) <= width;
	// If the peers pane is hidden, the names of present people are shown, and this user's address is dropped before these
	// names.
	const isPaneHidden = context.frameOf(context.state, ui).layout.sidebarWidth === 0;
	for (const withNames of isPaneHidden ? [true, false] : [false]) {
		for (const label of ['name and address', 'name'] as const) {
			for (const withQuality of [true, false]) {
				const left = leftText(request, label, {withNames, withQuality});
				if (width >= 50 && fits(left)) return {left, right};
			}
		}
	}
	const short = leftText(request, 'name');
	if (fits(short)) return {left: short, right};
	const {atEnd} = context.frameOf(context.state, ui).viewport;
	const kept = atEnd ? '' : right;
	const fitsAlone = cellWidth(short) + cellWidth(kept) <= width;
	return {left: fitsAlone || activityParts(request).length === 0 ? short : leftText(request, 'neither'), right: kept};
}

function leftText(
	request: StatusRequest,
	ownLabel: 'name and address' | 'name' | 'neither',
	{withNames = false, withQuality = false} = {},
): string {
	const {state, self} = request.context;
	const own = state.launch?.peer ?? self.peer;
	const name = shownName(cleanLine(findName(state, own) ?? self.name ?? nameOf(state, own)));
	const address = ownLabel === 'name and address' && self.addresses[0] ? ` ${self.addresses[0]}` : '';
	const base = [
		...missedParts(request),
		roomText(self),
		...(ownLabel === 'neither' ? [] : [`${name}${address}`]),
		`peers ${selectConnectedCount(state)}/${selectKnownCount(state)}${withNames ? presentNames(state) : ''}`,
		...(withQuality ? qualityParts(state) : []),
	];
	return ` ${[...base, ...activityParts(request)].join('  ')}`;
}

/**
 * Quality of good and fair connections. A bad connection is shown as an activity instead, because an activity is never
 * dropped.
 */
function qualityParts(state: State): string[] {
	const level = selectQuality(state)?.level;
	return level === 'good' || level === 'fair' ? [`connection ${level}`] : [];
}

function badConnection(state: State): string[] {
	const quality = selectQuality(state);
	if (quality?.level === 'silent') return [`${displayName(state, quality.worst.peer)} is silent`];
	if (quality?.level !== 'slow') return [];
	const {peer, roundTripMs = 0} = quality.worst;
	return [`slow connection to ${displayName(state, peer)} (${formatRoundTrip(roundTripMs)})`];
}

const MAX_STATUS_NAMES = 4;

/** Names of the other people who are connected, as `: Dave, Yuki`; empty if nobody else is connected. */
function presentNames(state: State): string {
	const others = selectPeople(state).filter(({status}) => status !== 'self' && isPresent(status));
	if (others.length === 0) return '';
	const more = others.length > MAX_STATUS_NAMES ? ` +${others.length - MAX_STATUS_NAMES}` : '';
	return `: ${others
		.slice(0, MAX_STATUS_NAMES)
		.map(({peer}) => displayName(state, peer))
		.join(', ')}${more}`;
}

/** Number of unread mentions and number of unread messages, each with the key that jumps to them. */
function missedParts({ui, context}: StatusRequest): string[] {
	const {state, unread, frameOf} = context;
	const {viewport, view} = frameOf(state, ui);
	const mentions = unreadMentions(state, unread);
	const [firstMention] = mentions;
	const firstShown = viewport.slots.find(slot => slot.row >= 0)?.item.from ?? 0;
	const isBelow = firstMention !== undefined && !viewport.atEnd && view.positionOf(firstMention) >= firstShown;
	const parts: string[] = [];
	if (firstMention) parts.push(`${mentions.length} for you ${isBelow ? 'Alt+N' : 'Alt+P'}`);
	const count = unread.messages.length;
	if (count > 0) parts.push(`${count >= MAX_NEW_COUNT ? `${MAX_NEW_COUNT - 1}+` : count} unread Alt+U`);
	return parts;
}

function activityParts({ui, context, matches}: StatusRequest): string[] {
	const parts: string[] = [];
	if (ui.search !== '') parts.push(matchText(matches));
	if (ui.filter) parts.push(`only ${cleanLine(ui.filter.name)} (Esc: all)`);
	return [...parts, ...activityText(context)];
}

/** Formats `3 of 12 matches`. The oldest match has rank 1. */
function matchText({count, rank}: MatchCount): string {
	return `${rank > 0 ? `${rank} of ` : ''}${count} ${count === 1 ? 'match' : 'matches'}`;
}

function activityText({state}: ChatContext): string[] {
	const {ephemeral} = state;
	const parts: string[] = [];
	if (!ephemeral.saving && ephemeral.savingReason !== undefined)
		parts.push(`NOT SAVED: ${cleanLine(ephemeral.savingReason)}`);
	if (ephemeral.windowGuests !== undefined) parts.push(guestsText(ephemeral.windowGuests));
	const sync = selectSyncProgress(state);
	if (sync)
		parts.push(`syncing ${sync.received}/${sync.expected} (${Math.floor((100 * sync.received) / sync.expected)} %)`);
	if (ephemeral.isolated)
		parts.push(ephemeral.foreignNodes > 0 ? `alone; ${foreignNodesText(ephemeral.foreignNodes)}` : 'alone, searching');
	else if (selectSessionCount(state) === 0) parts.push('searching');
	const transfers = transfersText(state);
	if (transfers !== undefined) parts.push(transfers);
	parts.push(...badConnection(state));
	const pending = selectPendingCount(state);
	if (pending > 0)
		parts.push(`${pending} ${pending === 1 ? 'message' : 'messages'} held back: the sender’s clock is ahead`);
	const typing = selectTyping(state).filter(peer => statusOf(state, peer) === 'connected');
	const [first] = typing;
	if (first) parts.push(typing.length > 1 ? `${typing.length} are typing` : `${displayName(state, first)} is typing`);
	return parts;
}

/**
 * Number of guests who read the room over HTTP. Shown as long as guests can open the page of the room in a browser,
 * because the user must always see that they can.
 */
function guestsText(count: number): string {
	return `open to guests${count === 0 ? '' : `, ${count} here`}`;
}

function foreignNodesText(count: number): string {
	return `${count} ${count === 1 ? 'node' : 'nodes'} nearby in another room`;
}

/** Text at the right end: the number of new messages below the viewport, or a hint on a key if there are none. */
function rightText({ui, context}: StatusRequest): string {
	const {viewport} = context.frameOf(context.state, ui);
	if (viewport.atEnd) return ui.overlay ? ' Esc: close ' : ui.focus === 'input' ? ' Ctrl+G help ' : ' Esc: input ';
	const {messages, mentions} = countNewBelow(ui, context, MAX_NEW_COUNT);
	if (messages === 0) return ' more, Ctrl+End ';
	const text = messages >= MAX_NEW_COUNT ? `${MAX_NEW_COUNT - 1}+ new` : `${messages} new`;
	return ` ${text}${mentions > 0 ? `, ${mentions} for you` : ''}, Ctrl+End `;
}
