import {type Instance, render, type useApp} from 'ink';
import type {ReactNode} from 'react';
import type {Clock} from '../../core/environment.js';
import type {Token} from '../input/key-token.js';
import {createTerminalModes} from './escape-sequences.js';
import {createTokenReader, RESUME_DELAY_MS} from './token-reader.js';

/**
 * What Ink gets for stdin: the terminal it is, but silent. Our own decoder reads the bytes (token-reader.ts), since Ink 8
 * hides focus reports, merges keys that arrive together and loses an Esc before a report (lessons.md).
 */
export function createMutedStdin(stdin: NodeJS.ReadStream): NodeJS.ReadStream {
	const muted: NodeJS.ReadStream = Object.create(stdin);
	const returnMuted = () => muted;
	return Object.assign(muted, {
		isTTY: true,
		// Raw mode is the tap's.
		setRawMode: returnMuted,
		setEncoding: returnMuted,
		read: () => null,
		ref: returnMuted,
		unref: returnMuted,
		on: returnMuted,
		once: returnMuted,
		off: returnMuted,
		addListener: returnMuted,
		removeListener: returnMuted,
	});
}

/**
 * A full screen in a terminal, whatever it shows: Ink, our modes, our reading of keys, and the way out, which is one.
 *
 *     const screen = mountScreen({stdin, stdout, stderr, clock, draw: onMounted => <App … />, tokens, resized});
 *     screen.leave({type: 'quit'});
 *     const end = await screen.ended;   // the terminal is as it was
 */

export type ScreenEnd =
	| {readonly type: 'quit' | 'input-ended' | 'signal' | 'output-closed'}
	| {readonly type: 'crashed'; readonly error: unknown};

export type InkApp = ReturnType<typeof useApp>;

export interface ScreenRequest {
	readonly stdin: NodeJS.ReadStream;
	readonly stdout: NodeJS.WriteStream;
	readonly stderr: NodeJS.WriteStream;
	readonly clock: Clock;
	/** Keys that the screen knows, in lower case: see createKeyDecoder. */
	readonly boundKeys: ReadonlySet<string>;
	/** The component hands over its app once mounted: only a component can ask Ink to give the terminal away. */
	draw(onMounted: (app: InkApp) => void): ReactNode;
	onTokens(tokens: readonly Token[]): void;
	/** Of what has the terminal while it is given away: true where it took them. */
	interceptTokens?(tokens: readonly Token[]): boolean;
	/** Called before Ink draws for the new size. */
	onResize(): void;
	/** Called first on the way out, while our modes are still set. */
	onClose?(): void;
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
	releaseTerminal(run: () => Promise<void>): void;
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

/** Frames a second: our stores say when to draw, Ink's own pace would come on top. */
const UNTHROTTLED_FPS = 1000;

export function mountScreen(request: ScreenRequest): MountedScreen {
	const {stdin, stdout, clock} = request;
	const modes = createTerminalModes(write);
	let app: InkApp | undefined;
	let instance: Instance | undefined;
	let end: ScreenEnd | undefined;
	let isReleased = false;
	/** What was typed while the terminal was coming back. */
	const queuedTokens: (readonly Token[])[] = [];

	function write(sequence: string): void {
		if (!stdout.destroyed && !stdout.writableEnded) stdout.write(sequence);
	}

	function leave(reason: ScreenEnd): void {
		if (end) return;
		end = reason;
		app?.exit();
		instance?.unmount();
	}

	function releaseTerminal(run: () => Promise<void>): void {
		if (isReleased || end || !app) return;
		isReleased = true;
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
				isReleased = false;
				for (const tokens of queuedTokens.splice(0)) request.onTokens(tokens);
			});
	}

	const reader = createTokenReader(stdin, clock, request.boundKeys, {
		tokens(tokens) {
			if (request.interceptTokens?.(tokens)) return;
			if (isReleased) queuedTokens.push(tokens);
			else request.onTokens(tokens);
		},
		ended: () => leave({type: 'input-ended'}),
	});
	const handleResize = () => request.onResize();
	const handleOutputClosed = () => leave({type: 'output-closed'});
	// Before Ink's own listener: its frame must find the new size.
	stdout.on('resize', handleResize);
	stdout.on('error', handleOutputClosed);
	stdout.on('close', handleOutputClosed);
	const removeExitHandler = request.onProcessExit?.(modes.restore);

	async function mount(): Promise<ScreenEnd> {
		const element = request.draw(mounted => {
			app = mounted;
		});
		instance = render(element, {
			stdin: createMutedStdin(stdin),
			stdout,
			stderr: request.stderr,
			exitOnCtrlC: false,
			patchConsole: false,
			interactive: true,
			alternateScreen: true,
			incrementalRendering: true,
			isScreenReaderEnabled: false,
			maxFps: UNTHROTTLED_FPS,
		});
		modes.enter();
		try {
			await instance.waitUntilExit();
		} catch (error) {
			end = {type: 'crashed', error};
		}
		end ??= {type: 'quit'};
		request.onClose?.();
		reader.stop();
		modes.leave();
		removeExitHandler?.();
		stdout.off('resize', handleResize);
		stdout.off('close', handleOutputClosed);
		return end;
	}

	return {
		write,
		show: element => instance?.rerender(element),
		releaseTerminal,
		suspend(words) {
			releaseTerminal(async () => {
				reader.pause();
				write(`${words}\n`);
				request.stopProcess?.();
				await new Promise<void>(resolve => clock.after(RESUME_DELAY_MS, resolve));
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
