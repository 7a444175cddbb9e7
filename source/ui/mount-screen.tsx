/**
 * A full screen in a terminal, whatever it shows: Ink, our modes, our reading of keys, and the way out, which is one.
 *
 *     const screen = mountScreen({stdin, stdout, stderr, clock, draw: onMounted => <App … />, tokens, resized});
 *     screen.leave({type: 'quit'});
 *     const end = await screen.ended;   // the terminal is as it was
 */
import {type Instance, render, type useApp} from 'ink';
import type {ReactNode} from 'react';
import type {Token} from './keys/token.js';
import {createQuietStdin} from './terminal/quiet-stdin.js';
import {readTokens} from './terminal/read-tokens.js';
import {createTerminalModes} from './terminal/terminal-modes.js';
import type {UiClock} from './ui-clock.js';

export type ScreenEnd =
	| {readonly type: 'quit' | 'input-ended' | 'signal' | 'output-closed'}
	| {readonly type: 'crashed'; readonly error: unknown};

export type InkApp = ReturnType<typeof useApp>;

export interface ScreenRequest {
	readonly stdin: NodeJS.ReadStream;
	readonly stdout: NodeJS.WriteStream;
	readonly stderr: NodeJS.WriteStream;
	readonly clock: UiClock;
	/** The component hands over its app once mounted: only a component can ask Ink to give the terminal away. */
	draw(onMounted: (app: InkApp) => void): ReactNode;
	tokens(tokens: readonly Token[]): void;
	/** Of what has the terminal while it is given away: true where it took them. */
	takesAway?(tokens: readonly Token[]): boolean;
	/** Called before Ink draws for the new size. */
	resized(): void;
	/** Called first on the way out, while our modes are still set. */
	closing?(): void;
	/** See ScreenHooks. */
	readonly stopProcess?: (() => void) | undefined;
	readonly onProcessExit?: ((run: () => void) => () => void) | undefined;
}

export interface MountedScreen {
	/** To the terminal, if it is still there. */
	write(sequence: string): void;
	/** Draws another element in place of the one of `draw`. */
	show(element: ReactNode): void;
	/** Gives the terminal away, takes it back and draws all of it anew. One at a time; keys that come meanwhile are kept. */
	giveAway(run: () => Promise<void>): void;
	/** Stops the process until it is continued. */
	suspend(words: string): void;
	enableKitty(): void;
	/** Idempotent: the first reason counts. */
	leave(end: ScreenEnd): void;
	/** On the way out. */
	readonly isLeaving: boolean;
	/** Resolves once, when the terminal is as it was. Never rejects. */
	readonly ended: Promise<ScreenEnd>;
}

const SUSPEND_BLINK_MS = 100;
/** Frames a second: our stores say when to draw, Ink's own pace would come on top. */
const UNTHROTTLED = 1000;

export function mountScreen(request: ScreenRequest): MountedScreen {
	const {stdin, stdout, clock} = request;
	const modes = createTerminalModes(write);
	let app: InkApp | undefined;
	let instance: Instance | undefined;
	let end: ScreenEnd | undefined;
	let away = false;
	/** What was typed while the terminal was coming back. */
	const missed: (readonly Token[])[] = [];

	function write(sequence: string): void {
		if (!stdout.destroyed && !stdout.writableEnded) stdout.write(sequence);
	}

	function leave(reason: ScreenEnd): void {
		if (end) return;
		end = reason;
		app?.exit();
		instance?.unmount();
	}

	function giveAway(run: () => Promise<void>): void {
		if (away || end || !app) return;
		away = true;
		void app
			.suspendTerminal(async () => {
				modes.leave();
				try {
					await run();
				} finally {
					if (!end) modes.enter();
				}
			})
			.catch(error => leave({type: 'crashed', error}))
			.finally(() => {
				away = false;
				for (const tokens of missed.splice(0)) request.tokens(tokens);
			});
	}

	const reader = readTokens(stdin, clock, {
		tokens(tokens) {
			if (request.takesAway?.(tokens)) return;
			if (away) missed.push(tokens);
			else request.tokens(tokens);
		},
		ended: () => leave({type: 'input-ended'}),
	});
	const resized = () => request.resized();
	const closed = () => leave({type: 'output-closed'});
	// Before Ink's own listener: its frame must find the new size.
	stdout.on('resize', resized);
	stdout.on('error', closed);
	stdout.on('close', closed);
	const takeBack = request.onProcessExit?.(modes.restore);

	async function mount(): Promise<ScreenEnd> {
		const element = request.draw(mounted => {
			app = mounted;
		});
		instance = render(element, {
			stdin: createQuietStdin(stdin),
			stdout,
			stderr: request.stderr,
			exitOnCtrlC: false,
			patchConsole: false,
			interactive: true,
			alternateScreen: true,
			incrementalRendering: true,
			isScreenReaderEnabled: false,
			maxFps: UNTHROTTLED,
		});
		modes.enter();
		try {
			await instance.waitUntilExit();
		} catch (error) {
			end = {type: 'crashed', error};
		}
		end ??= {type: 'quit'};
		request.closing?.();
		reader.stop();
		modes.leave();
		takeBack?.();
		stdout.off('resize', resized);
		stdout.off('close', closed);
		return end;
	}

	return {
		write,
		show: element => instance?.rerender(element),
		giveAway,
		suspend(words) {
			giveAway(async () => {
				reader.pause();
				write(`${words}\n`);
				request.stopProcess?.();
				await new Promise<void>(resolve => clock.after(SUSPEND_BLINK_MS, resolve));
				reader.resume();
			});
		},
		enableKitty: modes.enableKitty,
		leave,
		get isLeaving() {
			return end !== undefined;
		},
		ended: mount(),
	};
}
