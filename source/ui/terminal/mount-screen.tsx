/**
 * Full screen in a terminal, independent of its contents: mounts Ink, sets the terminal modes, reads the keys, and
 * restores the terminal however the screen ends.
 *
 *     const screen = mountScreen({stdin, stdout, stderr, hooks, draw: () => <App … />, onTokens, onResize});
 *     screen.leave({type: 'quit'});
 *     const end = await screen.ended;   // resolves after the terminal is restored
 */
import {type Instance, render, useApp} from 'ink';
import {type ReactNode, useLayoutEffect} from 'react';
import type {Token} from '../input/key-token.js';
import type {SharedHooks} from '../screen-hooks.js';
import {ASK_BACKGROUND, CLEAR_SCREEN, createTerminalModes, ENTER_ALTERNATE_SCREEN} from './escape-sequences.js';
import {createFrameGate} from './frame-gate.js';
import {createSuspension} from './suspension.js';
import {createTokenReader} from './token-reader.js';

/** Reason why a screen ended. */
export type ScreenEnd =
	| {readonly type: 'quit' | 'input-ended' | 'signal' | 'output-closed'}
	| {readonly type: 'crashed'; readonly error: unknown};

type InkApp = ReturnType<typeof useApp>;

export interface ScreenRequest {
	readonly stdin: NodeJS.ReadStream;
	readonly stdout: NodeJS.WriteStream;
	readonly stderr: NodeJS.WriteStream;
	/** The functions of the process that the screen uses. */
	readonly hooks: Pick<SharedHooks, 'clock' | 'stopProcess' | 'onContinue' | 'onProcessExit'>;
	/** Keys that the screen binds: see createKeyDecoder. */
	readonly boundKeys: ReadonlySet<string>;
	draw(): ReactNode;
	/** If given, the terminal is asked for the colour of its background, and the answer is passed here. */
	readonly onBackground?: ((isLight: boolean) => void) | undefined;
	/** Called with all tokens of one chunk of input. */
	onTokens(tokens: readonly Token[]): void;
	/**
	 * Receives tokens before `onTokens`, also during a release (for the copy view). Returns true if it consumed them.
	 */
	interceptTokens?(tokens: readonly Token[]): boolean;
	/** Called before Ink draws for the new size. */
	onResize(): void;
	/** Called after Ink has unmounted, before the terminal modes are reset. */
	onClose?(): void;
}

export interface MountedScreen {
	/** Writes to the terminal unless it is closed. */
	write(sequence: string): void;
	/**
	 * Writes a sequence that must not be written later, for example a bell. Returns false, without writing, while the
	 * terminal does not read.
	 */
	writeIfReading(sequence: string): boolean;
	/** Replaces the element that `draw` returned. */
	show(element: ReactNode): void;
	/**
	 * Releases the terminal until `run` resolves, then takes it back and redraws the screen. Does nothing if the terminal is
	 * already released. Keys that arrive during the release are delivered after it.
	 */
	releaseTerminal(run: () => Promise<void>): void;
	/** Releases the terminal, prints `message` and stops the process until it is continued. */
	suspend(message: string): void;
	/** See TerminalModes. */
	enableKitty(): void;
	/** Ends the screen. Idempotent: only the first call has an effect. */
	leave(end: ScreenEnd): void;
	/** Whether the screen has ended or is ending. */
	readonly isLeaving: boolean;
	/** Resolves when the terminal is restored. Never rejects. */
	readonly ended: Promise<ScreenEnd>;
}

/** Longest wait for the answer about the background when the screen ends, ms. Terminals answer within one round trip. */
const ANSWER_TIMEOUT_MS = 150;

/** Frame rate so high that Ink never delays a frame: the stores already limit how often the screen is drawn. */
const UNTHROTTLED_FPS = 1000;

export function mountScreen(request: ScreenRequest): MountedScreen {
	const {stdin, stdout, hooks} = request;
	const {clock} = hooks;
	const gate = createFrameGate(stdout, redraw);
	const modes = createTerminalModes(gate.write);
	let app: InkApp | undefined;
	let instance: Instance | undefined;
	let end: ScreenEnd | undefined;
	let isReleased = false;
	/** Tokens that arrived while the terminal was released, by chunk of input. They are delivered after the release. */
	const queuedTokens: (readonly Token[])[] = [];

	function withApp(element: ReactNode): ReactNode {
		return <AppReporter onMounted={setApp}>{element}</AppReporter>;
	}

	function setApp(mounted: InkApp): void {
		app = mounted;
	}

	/** Draws the whole screen after frames were dropped. A `resize` event makes Ink draw everything again. */
	function redraw(): void {
		if (end || isReleased) return;
		instance?.clear();
		gate.write(CLEAR_SCREEN);
		stdout.emit('resize');
	}

	function leave(reason: ScreenEnd): void {
		if (end) return;
		end = reason;
		gate.allowDropping(false);
		app?.exit();
		instance?.unmount();
	}

	function releaseTerminal(run: () => Promise<void>): void {
		if (isReleased || end || !app) return;
		isReleased = true;
		gate.allowDropping(false);
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
				gate.allowDropping(end === undefined);
				for (const tokens of queuedTokens.splice(0)) request.onTokens(tokens);
			});
	}

	/**
	 * Takes the terminal back after another program has used it. A process that another program stops cannot leave the
	 * alternate screen first, so that screen can be open or closed. It is opened here in both cases, so that Ink does
	 * not erase lines of the shell.
	 */
	function takeTerminalBack(): void {
		if (end) return;
		reader.resume();
		if (isReleased) return;
		gate.write(ENTER_ALTERNATE_SCREEN);
		releaseTerminal(async () => {});
	}

	const suspension = createSuspension(hooks, takeTerminalBack);
	const reader = createTokenReader(stdin, clock, request.boundKeys, {
		tokens(read) {
			const tokens = read.filter(token => {
				if (token.type !== 'background') return true;
				background.onAnswer(token.isLight);
				return false;
			});
			if (tokens.length === 0) return;
			if (request.interceptTokens?.(tokens)) return;
			if (isReleased) queuedTokens.push(tokens);
			else request.onTokens(tokens);
		},
		ended: () => leave({type: 'input-ended'}),
	});
	const background = createBackgroundQuery();
	const handleResize = () => request.onResize();
	const handleOutputClosed = () => leave({type: 'output-closed'});
	// Registered before Ink's own listener, so that Ink's next frame uses the new size.
	stdout.on('resize', handleResize);
	stdout.on('error', handleOutputClosed);
	stdout.on('close', handleOutputClosed);
	const removeExitHandler = hooks.onProcessExit?.(modes.takeRestoreSequence);

	/**
	 * Asks the terminal for the colour of its background. If the screen ends before the answer arrives, `settle` waits
	 * for the answer, so that the shell does not get it as input.
	 */
	function createBackgroundQuery() {
		let askedAt = Number.NEGATIVE_INFINITY;
		let onSettled: (() => void) | undefined;
		return {
			ask() {
				if (!request.onBackground) return;
				askedAt = clock.monotonic();
				gate.write(ASK_BACKGROUND);
			},
			onAnswer(isLight: boolean) {
				askedAt = Number.NEGATIVE_INFINITY;
				onSettled?.();
				if (!end) request.onBackground?.(isLight);
			},
			async settle() {
				const remaining = askedAt + ANSWER_TIMEOUT_MS - clock.monotonic();
				if (remaining <= 0 || end?.type === 'output-closed' || end?.type === 'input-ended') return;
				await new Promise<void>(resolve => {
					onSettled = resolve;
					clock.after(remaining, resolve);
				});
			},
		};
	}

	async function mount(): Promise<ScreenEnd> {
		instance = render(withApp(request.draw()), {
			stdin: createMutedStdin(stdin),
			stdout: gate.stream,
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
		background.ask();
		gate.allowDropping(true);
		try {
			await instance.waitUntilExit();
		} catch (error) {
			end = {type: 'crashed', error};
		}
		end ??= {type: 'quit'};
		gate.allowDropping(false);
		request.onClose?.();
		await background.settle();
		suspension.end();
		reader.stop();
		modes.leave();
		removeExitHandler?.();
		stdout.off('resize', handleResize);
		stdout.off('close', handleOutputClosed);
		return end;
	}

	return {
		write: gate.write,
		writeIfReading(sequence) {
			if (gate.isBlocked) return false;
			gate.write(sequence);
			return true;
		},
		show: element => instance?.rerender(withApp(element)),
		releaseTerminal,
		suspend(message) {
			releaseTerminal(async () => {
				reader.pause();
				gate.write(`${message}\n`);
				await suspension.stop();
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

interface AppReporterProps {
	onMounted(app: InkApp): void;
	readonly children: ReactNode;
}

/** Passes the Ink app to `onMounted`. Only a component can obtain it, and releasing the terminal needs it. */
function AppReporter({onMounted, children}: AppReporterProps): ReactNode {
	const app = useApp();
	useLayoutEffect(() => onMounted(app), [app, onMounted]);
	return children;
}

/**
 * The stream that Ink gets as stdin: a terminal that never delivers input. The program reads the keys itself
 * (token-reader.ts), because Ink 8 drops focus reports, merges keys that arrive together and loses an Esc that precedes
 * a report.
 */
function createMutedStdin(stdin: NodeJS.ReadStream): NodeJS.ReadStream {
	const muted: NodeJS.ReadStream = Object.create(stdin);
	const returnMuted = () => muted;
	return Object.assign(muted, {
		isTTY: true,
		// Ink must not change raw mode: only the token reader does.
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
