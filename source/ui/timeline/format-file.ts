/** State of the transfer of a shared file as text: for the line below its row, the status line and the list of files. */
import type {SharedEvent} from '../../core/event.js';
import {type FileTransfer, isFetching} from '../../core/file-transfer.js';
import {describeDuration, formatBytes} from '../../core/format-quantity.js';
import type {State} from '../../core/state.js';
import {contentOf} from '../../core/text-of.js';
import {cleanLine} from '../text/clean-for-screen.js';
import {truncateCells} from '../text/graphemes.js';
import type {Style, Theme} from '../theme.js';

/** The progress bar becomes shorter when the text beside it needs the cells. */
const [MIN_BAR_CELLS, MAX_BAR_CELLS] = [6, 16];
/** Hint on the key that cancels the fetch in the selected row. */
const CANCEL_HINT = '   x: cancel';

/** The transfer of a shared file, if this node shares or fetches it. */
export function transferOf(state: State, {file}: SharedEvent): FileTransfer | undefined {
	return state.ephemeral.files[file];
}

/**
 * The line below the row of a shared file: its transfer, or how to fetch it. Undefined if neither applies. `isLive`:
 * the screen belongs to a running node, which can fetch. `cells`: width of the line, to which the progress is fitted.
 */
export function fileLine(
	state: State,
	event: SharedEvent,
	isLive: boolean,
	theme: Theme,
	cells: number,
): {readonly text: string; readonly style: Style; readonly isProgress: boolean} | undefined {
	const transfer = transferOf(state, event);
	const isWithdrawn = contentOf(state, event).withdrawal !== undefined;
	// This node no longer sends a file that was withdrawn, so the line must not say that it shares the file.
	if (isWithdrawn && transfer?.state === 'sharing') return undefined;
	const isProgress = transfer?.state === 'fetching';
	if (transfer) {
		const text = isProgress ? fitProgress(transfer, theme, cells) : describeTransfer(transfer);
		return {text, style: styleOf(transfer, theme), isProgress};
	}
	if (!isLive || event.peer === state.launch?.peer || isWithdrawn) return undefined;
	return {text: 'Enter or /fetch: save it', style: theme.muted, isProgress};
}

function styleOf({state}: FileTransfer, theme: Theme): Style {
	if (state === 'failed') return theme.error;
	if (state === 'waiting') return theme.warn;
	return state === 'done' ? theme.success : theme.muted;
}

/** Progress of a fetch with a bar, in one line. A line that is too narrow shows a shorter bar, then none of the hint. */
function fitProgress(transfer: FileTransfer, theme: Theme, cells: number): string {
	const progress = describeTransfer(transfer);
	const fitting = progress.length + 1 + MIN_BAR_CELLS <= cells ? progress : summarizeTransfer(transfer);
	const barCells = Math.max(MIN_BAR_CELLS, Math.min(MAX_BAR_CELLS, cells - fitting.length - 1));
	return `${progressBar(transfer, barCells, theme)} ${truncateCells(fitting, cells - barCells - 1, theme.glyphs.ellipsis)}`;
}

/** One line about a transfer, without the name of the file and without a bar. */
function describeTransfer(transfer: FileTransfer): string {
	const {state, of, path, reason, bytesPerSecond = 0} = transfer;
	const because = reason === undefined ? '' : `: ${cleanLine(reason)}`;
	switch (state) {
		case 'hashing':
			return `reading the file, ${percent(transfer)}`;
		case 'sharing':
			return `you share this file${holdersText(transfer)}`;
		case 'waiting':
			return `waiting at ${percent(transfer)}${because}${CANCEL_HINT}`;
		case 'checking':
			return `checking the parts from an earlier run, ${percent(transfer)}${CANCEL_HINT}`;
		case 'fetching': {
			const rate = bytesPerSecond > 0 ? `, ${formatBytes(bytesPerSecond)}/s, ${timeLeft(transfer)}` : '';
			return `${percent(transfer)} of ${formatBytes(of)}${rate}${CANCEL_HINT}`;
		}
		case 'done':
			return path === undefined ? 'saved' : `saved: ${cleanLine(path)}`;
		case 'failed':
			return `failed${because}`;
		case 'cancelled':
			return 'cancelled. Enter or /fetch: start again';
		default:
			return state satisfies never;
	}
}

/** One line about a transfer, without the hint on the key that cancels it. */
export function summarizeTransfer(transfer: FileTransfer): string {
	return describeTransfer(transfer).replace(CANCEL_HINT, '');
}

function holdersText({holders, completeHolders}: FileTransfer): string {
	if (holders === 0) return '';
	const have = `; ${holders} ${holders === 1 ? 'peer has' : 'peers have'}`;
	if (holders === completeHolders) return `${have} all of it`;
	return `${have} parts of it${completeHolders === 0 ? '' : `, ${completeHolders} of them all of it`}`;
}

function percent({bytes, of}: FileTransfer): string {
	return `${of === 0 ? 100 : Math.floor((100 * bytes) / of)} %`;
}

function progressBar({bytes, of}: FileTransfer, cells: number, {glyphs}: Theme): string {
	const filled = Math.min(cells, Math.floor((of === 0 ? 1 : bytes / of) * cells));
	return glyphs.barFull.repeat(filled) + glyphs.barEmpty.repeat(cells - filled);
}

/** Time until a transfer is complete at its present rate: `12 s left`, `3 min left`. */
function timeLeft({bytes, of, bytesPerSecond = 0}: Pick<FileTransfer, 'bytes' | 'of' | 'bytesPerSecond'>): string {
	return `${describeDuration(((of - bytes) * 1000) / Math.max(1, bytesPerSecond))} left`;
}

/** Text of the status line about all transfers that are in progress. Undefined if there are none. */
export function transfersText(state: State): string | undefined {
	const transfers = Object.values(state.ephemeral.files);
	const hashing = transfers.find(({state: now}) => now === 'hashing');
	if (hashing) return `reading ${percent(hashing)} of ${cleanLine(hashing.name)}`;
	const running = transfers.filter(isFetching);
	const [first] = running;
	if (!first) return undefined;
	const sum = running.reduce(
		(total, {bytes, of, bytesPerSecond = 0}) => ({
			bytes: total.bytes + bytes,
			of: total.of + of,
			bytesPerSecond: total.bytesPerSecond + bytesPerSecond,
		}),
		{bytes: 0, of: 0, bytesPerSecond: 0},
	);
	const what = running.length === 1 ? cleanLine(first.name) : `${running.length} files`;
	const done = sum.of === 0 ? 100 : Math.floor((100 * sum.bytes) / sum.of);
	if (sum.bytesPerSecond === 0) return `fetching ${done} % of ${what}, waiting`;
	return `fetching ${done} % of ${what}, ${formatBytes(sum.bytesPerSecond)}/s, ${timeLeft(sum)}`;
}

/**
 * Announces the ends of fetches in the modes without a full screen. Returns one line when a fetch is complete, has
 * failed or has to wait, and undefined for every other change.
 */
export function createTransferAnnouncer(): (transfer: FileTransfer) => string | undefined {
	const announced = new Map<string, FileTransfer['state']>();
	return transfer => {
		const {id, name, state} = transfer;
		if (announced.get(id) === state) return undefined;
		announced.set(id, state);
		const isEnd = state === 'done' || state === 'failed' || state === 'waiting';
		return isEnd ? `${cleanLine(name)}: ${summarizeTransfer(transfer)}` : undefined;
	};
}

/**
 * Part of the cache key of a shared file's rows: everything that the rows show of the transfer. A transfer can change
 * the rows without changing the event.
 */
export function transferSignature(state: State, event: SharedEvent): string {
	const transfer = transferOf(state, event);
	return transfer ? describeTransfer(transfer) : '';
}
