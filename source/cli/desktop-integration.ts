/**
 * System functions for the screens: clipboard, browser, export to files and suspending. Other programs are started
 * directly, without a shell.
 */

import {type SpawnOptions, spawn} from 'node:child_process';
import {open, rm} from 'node:fs/promises';
import {extname, resolve} from 'node:path';
import type {Clock} from '../core/environment.js';
import {eventId} from '../core/event.js';
import {hasAddresses, isExported} from '../core/export-scope.js';
import {foldText} from '../core/fold-text.js';
import {timelineWithAllLosses} from '../core/presence-rows.js';
import type {State} from '../core/state.js';
import {describeSystemError, systemErrorCode} from '../core/system-error.js';
import type {TimelineEntry} from '../core/timeline.js';
import {sliceTimeline} from '../core/timeline.js';
import {expandHome} from '../storage/home-path.js';
import type {ScreenHooks} from '../ui/screen-hooks.js';
import {findFile, listFolder} from './local-paths.js';
import {formatJsonEntry} from './output/format-json.js';
import {formatPins} from './output/format-pins.js';
import {createMarkdownFormat, formatPlain} from './output/format-text.js';
import {htmlExport} from './output/html-export.js';
import {readPageAssets} from './page-assets.js';
import {programVersion} from './program-version.js';
import {onContinue} from './signals.js';
import {writeAtExit} from './terminal-stream.js';

type Tool = readonly [program: string, ...arguments_: string[]];
type DesktopEnvironment = Readonly<Record<string, string | undefined>>;

/** Time after which a program that still runs is taken to have succeeded, ms: browsers and xclip run on. */
const TOOL_TIMEOUT_MS = 2000;

export function createDesktopHooks(clock: Clock, environment: DesktopEnvironment, room?: string): ScreenHooks {
	return {
		clock,
		openUrl: url => openUrl(url),
		copyText: text => copyText(text, environment),
		listFolder,
		findFile,
		exportTimeline(file, state) {
			const timeline = formatOf(file) === 'jsonl' ? timelineWithAllLosses(state) : state.timeline;
			return exportRows(file, state, sliceTimeline(timeline, 0, timeline.length), room);
		},
		...(process.platform !== 'win32' && {
			stopProcess: () => void process.kill(0, 'SIGTSTP'),
			onContinue,
		}),
		onProcessExit(takeSequence) {
			const restore = () => writeAtExit(takeSequence());
			process.on('exit', restore);
			return () => process.off('exit', restore);
		},
	};
}

/** State without the contacts: an exported file can be passed on, and must not reveal whom this user has verified. */
function withoutContacts(state: State): State {
	return {...state, ephemeral: {...state.ephemeral, contacts: []}};
}

async function openUrl(url: string): Promise<string | undefined> {
	const protocol = URL.canParse(url) ? new URL(url).protocol : '';
	if (protocol !== 'http:' && protocol !== 'https:') return 'Only http and https addresses can be opened.';
	const tools: Readonly<Partial<Record<string, Tool>>> = {
		darwin: ['open', url],
		win32: ['rundll32', 'url.dll,FileProtocolHandler', url],
	};
	const tool = tools[process.platform] ?? ['xdg-open', url];
	return (await runTool(tool)) ? undefined : `${tool[0]} could not open the address.`;
}

/**
 * Copies a text with a clipboard program. Resolves to false if none worked. In an SSH session none is tried, because it
 * would use the clipboard of the remote computer.
 */
async function copyText(text: string, environment: DesktopEnvironment): Promise<boolean> {
	if (environment.SSH_CONNECTION || environment.SSH_TTY) return false;
	for (const tool of listClipboardTools(environment)) if (await runTool(tool, text)) return true;
	return false;
}

function listClipboardTools({WAYLAND_DISPLAY, DISPLAY}: DesktopEnvironment): readonly Tool[] {
	if (process.platform === 'darwin') return [['pbcopy']];
	if (process.platform === 'win32') return [['clip']];
	const wayland: readonly Tool[] = WAYLAND_DISPLAY ? [['wl-copy']] : [];
	const x11: readonly Tool[] = DISPLAY
		? [
				['xclip', '-selection', 'clipboard'],
				['xsel', '--clipboard', '--input'],
			]
		: [];
	return [...wayland, ...x11];
}

/** Resolves to true if the tool exits with 0, or if it still runs after TOOL_TIMEOUT_MS, as browsers and xclip do. */
function runTool([program, ...arguments_]: Tool, input?: string): Promise<boolean> {
	const options: SpawnOptions = {
		stdio: [input === undefined ? 'ignore' : 'pipe', 'ignore', 'ignore'],
		detached: true,
		shell: false,
	};
	return new Promise(resolve => {
		const child = spawn(program, arguments_, options);
		const timer = setTimeout(() => resolve(true), TOOL_TIMEOUT_MS);
		const settle = (isSuccess: boolean) => {
			clearTimeout(timer);
			resolve(isSuccess);
		};
		child.on('error', () => settle(false));
		child.on('exit', code => settle(code === 0));
		child.stdin?.on('error', () => {});
		child.stdin?.end(input);
		child.unref();
	});
}

const ROWS_PER_WRITE = 1024;

type ExportFormat = 'text' | 'markdown' | 'jsonl' | 'html';

/** Format of a new file by its extension. A name without an extension gives plain text. */
const FORMAT_BY_EXTENSION: ReadonlyMap<string, ExportFormat> = new Map([
	['', 'text'],
	['.txt', 'text'],
	['.text', 'text'],
	['.log', 'text'],
	['.md', 'markdown'],
	['.markdown', 'markdown'],
	['.jsonl', 'jsonl'],
	['.html', 'html'],
	['.htm', 'html'],
]);

/**
 * Writes timeline rows to a new file; an existing file is never overwritten. The extension selects the format. Resolves to a
 * message for the user; rejects with an Error whose message is for the user. After a failed write, no file remains.
 */
export async function exportRows(
	typedPath: string,
	state: State,
	all: readonly TimelineEntry[],
	room = '',
): Promise<string> {
	const file = resolveTypedPath(typedPath);
	// Whispers, and addresses in Markdown and HTML, are left out. The command `export` has options to include them.
	const scope = {whispers: false, withAddresses: hasAddresses(formatOf(file))};
	const rows = all.filter(entry => isExported(entry, scope));
	const {parts, written} = createExport(file, withoutContacts(state), rows, room, all.length < state.timeline.length);
	const target = await open(file, 'wx', 0o600).catch(error => {
		if (systemErrorCode(error) === 'EEXIST') throw new Error(`${file} already exists. Choose another file name.`);
		throw new Error(`Cannot write ${file}: ${describeSystemError(error)}.`, {cause: error});
	});
	try {
		try {
			for (const part of parts) await target.writeFile(part);
		} finally {
			await target.close();
		}
	} catch (error) {
		await rm(file, {force: true}).catch(() => {});
		throw new Error(`Cannot write ${file}: ${describeSystemError(error)}.`, {cause: error});
	}
	const count = written();
	return `Wrote ${count} ${count === 1 ? 'event' : 'events'} to ${file}.`;
}

interface Export {
	/** The content of the file, in parts that are written one after another. */
	readonly parts: Iterable<string>;
	/** Number of events in the parts that the caller has read so far. */
	written(): number;
}

/** `isFiltered`: whether filters left out entries of the timeline. */
function createExport(
	file: string,
	state: State,
	rows: readonly TimelineEntry[],
	room: string,
	isFiltered: boolean,
): Export {
	if (formatOf(file) === 'html') {
		const options = {damagedParts: 0, isFiltered, withAddresses: false, version: programVersion(), now: Date.now()};
		const parts = htmlExport({state, room, entries: rows, assets: readPageAssets(), ...options});
		return {parts, written: () => rows.length};
	}
	const format = createRowFormat(file, state);
	const pins = pinnedHead(state, rows, formatOf(file));
	let written = 0;
	function* parts() {
		if (pins !== '') yield `${pins}\n`;
		for (let from = 0; from < rows.length; from += ROWS_PER_WRITE) {
			const lines = rows.slice(from, from + ROWS_PER_WRITE).flatMap(entry => format(entry) ?? []);
			written += lines.length;
			yield lines.map(line => `${line}\n`).join('');
		}
	}
	return {parts: parts(), written: () => written};
}

/** The pinned messages among the rows, as the lines with which the file begins. */
function pinnedHead(state: State, rows: readonly TimelineEntry[], format: ExportFormat | undefined): string {
	if (state.effects.pins.length === 0 || format === undefined || format === 'html') return '';
	const ids = new Set(rows.map(({peer, seq}) => eventId(peer, seq)));
	return formatPins(state, ({peer, seq}) => ids.has(eventId(peer, seq)), format, hasAddresses(format));
}

/** Makes a path absolute, so that messages show where the file is. `~/` is the home folder. */
function resolveTypedPath(typedPath: string): string {
	return resolve(expandHome(typedPath));
}

function formatOf(file: string): ExportFormat | undefined {
	return FORMAT_BY_EXTENSION.get(foldText(extname(file)));
}

function createRowFormat(file: string, state: State): (entry: TimelineEntry) => string | undefined {
	const extension = foldText(extname(file));
	const format = formatOf(file);
	switch (format) {
		case 'text':
			return entry => formatPlain(state, entry);
		case 'markdown':
			return createMarkdownFormat(state, false);
		case 'jsonl':
			return entry => formatJsonEntry(state, entry);
		case 'html':
		case undefined:
			throw new Error(
				`Cannot export to ${extension} files. Use .txt for plain text, .md for Markdown, .html for a page or .jsonl for JSON lines.`,
			);
		default:
			return format satisfies never;
	}
}
