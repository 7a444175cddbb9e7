/** What the screen may ask of this computer: the clipboard, a browser, a file, suspending. No shell anywhere. */
import {type SpawnOptions, spawn} from 'node:child_process';
import {sliceTimeline} from '../core/timeline.js';
import type {Clock} from '../network/clock.js';
import type {ScreenHooks} from '../ui/screen-hooks.js';
import {exportRows} from './export-rows.js';

type Tool = readonly [program: string, ...words: string[]];
type Environment = Readonly<Record<string, string | undefined>>;

/** A tool that takes longer is left alone. */
const TOOL_TIMEOUT_MS = 2000;

export function createScreenHooks(clock: Clock, environment: Environment): ScreenHooks {
	return {
		clock,
		openUrl: url => openUrl(url),
		copyText: text => copyText(text, environment),
		exportTimeline: (file, state) => exportRows(file, state, sliceTimeline(state.timeline, 0, state.timeline.length)),
		...(process.platform !== 'win32' && {stopProcess: () => void process.kill(0, 'SIGTSTP')}),
		onProcessExit(run) {
			process.on('exit', run);
			return () => process.off('exit', run);
		},
	};
}

async function openUrl(url: string): Promise<string | undefined> {
	const protocol = URL.canParse(url) ? new URL(url).protocol : '';
	if (protocol !== 'http:' && protocol !== 'https:') return 'only http and https addresses are opened';
	const tools: Readonly<Partial<Record<string, Tool>>> = {
		darwin: ['open', url],
		win32: ['rundll32', 'url.dll,FileProtocolHandler', url],
	};
	const tool = tools[process.platform] ?? ['xdg-open', url];
	return (await runTool(tool)) ? undefined : `${tool[0]} could not open it`;
}

/** A clipboard over there is not the one of whoever sits here. */
async function copyText(text: string, environment: Environment): Promise<boolean> {
	if (environment.SSH_CONNECTION || environment.SSH_TTY) return false;
	for (const tool of clipboardTools(environment)) if (await runTool(tool, text)) return true;
	return false;
}

function clipboardTools({WAYLAND_DISPLAY, DISPLAY}: Environment): readonly Tool[] {
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

/** True when it ended well, or still runs quietly after a while (a browser, xclip that keeps what it serves). */
function runTool([program, ...words]: Tool, input?: string): Promise<boolean> {
	const options: SpawnOptions = {
		stdio: [input === undefined ? 'ignore' : 'pipe', 'ignore', 'ignore'],
		detached: true,
		shell: false,
	};
	return new Promise(resolve => {
		const child = spawn(program, words, options);
		const timer = setTimeout(() => resolve(true), TOOL_TIMEOUT_MS);
		const settle = (worked: boolean) => {
			clearTimeout(timer);
			resolve(worked);
		};
		child.on('error', () => settle(false));
		child.on('exit', code => settle(code === 0));
		child.stdin?.on('error', () => {});
		child.stdin?.end(input);
		child.unref();
	});
}
