/** The status line: who and where we are, what is going on, what is new below; or the question that waits. Pure. */
import {selectPendingCount, selectSync, selectTyping} from '../../core/select.js';
import {knownNameOf, nameOf, statusOf} from '../../core/select-peers.js';
import {selectConnectedCount, selectKnownCount} from '../../core/select-people.js';
import {commandForm, findCommandRow} from '../../session/command/command-table.js';
import {proposeCompletion} from '../../session/command/propose.js';
import type {SelfInfo} from '../../session/session.js';
import {cleanLine} from '../layout/clean-for-screen.js';
import {cellWidth, truncateCells} from '../layout/width.js';
import type {Context} from '../model/model.js';
import {countNewBelow} from '../model/scroll.js';
import type {Matches} from '../model/search-step.js';
import type {UiState} from '../model/ui-state.js';
import type {Segment, Style, Theme} from '../theme.js';
import {shownName} from '../timeline/people.js';

const MAX_NEW = 1000;

export interface StatusRequest {
	readonly ui: UiState;
	readonly context: Context;
	readonly theme: Theme;
	readonly width: number;
	/** Of the search. */
	readonly matches: Matches;
}

export function statusLine(request: StatusRequest): Segment[] {
	const {ui, theme, width} = request;
	const said = questionText(ui);
	if (said) return fill(said, '', width, theme, theme.warn);
	if (ui.flash) return fill(` ${cleanLine(ui.flash.text)}`, '', width, theme, flashStyle(ui.flash.level, theme));
	if (ui.editor.completion && ui.focus === 'input') return completionSegments(ui.editor.completion, width, theme);
	const help = commandHelp(ui);
	const commands = help ? undefined : commandsThatFit(ui);
	if (commands) return completionSegments({candidates: commands, chosen: -1}, width, theme);
	if (help) return fill(help, '', width, theme, {});
	const {left, right} = chooseTexts(request);
	return fill(left, right, width, theme, {});
}

function flashStyle(level: 'info' | 'warn' | 'error', theme: Theme): Style {
	return level === 'error' ? theme.error : level === 'warn' ? theme.warn : {};
}

function fill(left: string, right: string, width: number, theme: Theme, style: Style): Segment[] {
	const room = Math.max(0, width - cellWidth(right));
	const shown = truncateCells(left, room, theme.glyphs.ellipsis);
	const gap = ' '.repeat(Math.max(0, room - cellWidth(shown)));
	return [
		{text: shown + gap, style: {...style, ...theme.bar}},
		...(right ? [{text: right, style: {...theme.bar, bold: true}}] : []),
	];
}

function questionText(ui: UiState): string | undefined {
	const {heldPaste} = ui.editor;
	if (heldPaste !== undefined)
		return ` Paste ${heldPaste.split('\n').length} lines into the input?  Enter: yes   Esc: no`;
	if (ui.question?.type === 'quit') return ' Leave the chat?  Ctrl+C again: leave   any other key: stay';
	if (ui.question?.type === 'open-link') return ` Open?  y: yes   any other key: no   ${ui.question.url}`;
	return undefined;
}

function completionSegments(
	completion: Pick<NonNullable<UiState['editor']['completion']>, 'candidates' | 'chosen'>,
	width: number,
	theme: Theme,
): Segment[] {
	const segments: Segment[] = [{text: ' ', style: theme.bar}];
	let used = 1;
	const from = Math.max(0, completion.chosen - 4);
	for (const [index, candidate] of completion.candidates.slice(from).entries()) {
		const text = candidate.trim();
		if (used + cellWidth(text) + 3 > width) {
			segments.push({text: theme.glyphs.ellipsis, style: theme.bar});
			used += 1;
			break;
		}
		const chosen = from + index === completion.chosen;
		segments.push({text: chosen ? `[${text}]` : ` ${text} `, style: chosen ? {bold: true} : theme.bar});
		used += cellWidth(text) + 2;
	}
	segments.push({text: ' '.repeat(Math.max(0, width - used)), style: theme.bar});
	return segments;
}

/** While its name is typed: the commands that begin so, as Tab would offer them. */
function commandsThatFit({editor, focus, prompt}: UiState): readonly string[] | undefined {
	if (focus !== 'input' || prompt || editor.cursor !== editor.text.length || !/^\/[^\s/]*$/.test(editor.text))
		return undefined;
	return proposeCompletion(editor.text, editor.cursor, [])?.candidates;
}

/** While a command is typed: its form and what it does. */
function commandHelp(ui: UiState): string | undefined {
	const match = ui.focus === 'input' && !ui.prompt ? /^\/(\w+)(\s|$)/.exec(ui.editor.text) : null;
	const row = match?.[1] ? findCommandRow(match[1].toLowerCase()) : undefined;
	return row && ` ${commandForm(row)}: ${row.does}`;
}

export function roomText({room, hasSecret}: SelfInfo): string {
	return `${cleanLine(room)} (${hasSecret ? 'secret' : 'open'})`;
}

/** Our own address gives way first, then the hint on help (never what is new below), then our name for what goes on. */
function chooseTexts(request: StatusRequest): {left: string; right: string} {
	const {ui, context, width} = request;
	const right = rightText(request);
	const fits = (left: string) => cellWidth(left) + cellWidth(right) <= width;
	const full = leftText(request, 'name and address');
	if (width >= 50 && fits(full)) return {left: full, right};
	const short = leftText(request, 'name');
	if (fits(short)) return {left: short, right};
	const {atEnd} = context.frameOf(context.state, ui).viewport;
	const kept = atEnd ? '' : right;
	const fitsAlone = cellWidth(short) + cellWidth(kept) <= width;
	return {left: fitsAlone || goingOn(request).length === 0 ? short : leftText(request, 'neither'), right: kept};
}

function leftText(request: StatusRequest, ofUs: 'name and address' | 'name' | 'neither'): string {
	const {state, self} = request.context;
	const own = state.launch?.peer ?? self.peer;
	const name = cleanLine(knownNameOf(state, own) ?? self.name ?? nameOf(state, own));
	const address = ofUs === 'name and address' && self.addresses[0] ? ` ${self.addresses[0]}` : '';
	const base = [
		roomText(self),
		...(ofUs === 'neither' ? [] : [`${name}${address}`]),
		`peers ${selectConnectedCount(state)}/${selectKnownCount(state)}`,
	];
	return ` ${[...base, ...goingOn(request)].join('  ')}`;
}

function goingOn({ui, context, matches}: StatusRequest): string[] {
	const parts: string[] = [];
	if (ui.search !== '') parts.push(matchText(matches));
	if (ui.filter) parts.push(`only ${cleanLine(ui.filter.name)} (Esc: all)`);
	return [...parts, ...activityText(context)];
}

/** `3 of 12 matches`, counted from the oldest. */
function matchText({count, at}: Matches): string {
	return `${at > 0 ? `${at} of ` : ''}${count} ${count === 1 ? 'match' : 'matches'}`;
}

function activityText({state}: Context): string[] {
	const {passing} = state;
	const parts: string[] = [];
	if (!passing.saving && passing.savingReason !== undefined)
		parts.push(`NOT SAVED: ${cleanLine(passing.savingReason)}`);
	const sync = selectSync(state);
	if (sync)
		parts.push(`syncing ${sync.received}/${sync.expected} (${Math.floor((100 * sync.received) / sync.expected)} %)`);
	if (passing.alone)
		parts.push(passing.strangers > 0 ? `alone; ${passing.strangers} nearby in another room` : 'alone, looking');
	else if (passing.strangers > 0) parts.push(`${passing.strangers} nearby in another room`);
	else if (selectConnectedCount(state) === 0) parts.push('looking');
	const pending = selectPendingCount(state);
	if (pending > 0) parts.push(`${pending} from the future waiting`);
	const typing = selectTyping(state).filter(peer => statusOf(state, peer) === 'connected');
	const [first] = typing;
	if (first) parts.push(typing.length > 1 ? `${typing.length} are typing` : `${shownName(state, first)} is typing`);
	return parts;
}

function rightText({ui, context, theme}: StatusRequest): string {
	const {viewport} = context.frameOf(context.state, ui);
	if (viewport.atEnd) return ui.focus === 'input' ? ' Ctrl+G help ' : ' Esc: type ';
	const {messages, forUs} = countNewBelow(ui, context, MAX_NEW);
	if (messages === 0) return ` more ${theme.glyphs.down} `;
	const text = messages >= MAX_NEW ? `${MAX_NEW - 1}+ new` : `${messages} new`;
	return ` ${text}${forUs > 0 ? `, ${forUs} for you` : ''} ${theme.glyphs.down} `;
}
