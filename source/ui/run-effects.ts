/** Does what a step asked for. What comes of it returns as messages. */

import {runCommand} from '../session/command/run-command.js';
import type {SelfInfo, Session} from '../session/session.js';
import type {Effect, Message} from './model/message.js';
import type {UiState} from './model/ui-state.js';
import type {ScreenHooks} from './screen-hooks.js';
import {copyToClipboard} from './terminal/sequences.js';

export interface EffectPorts {
	readonly session: Session;
	readonly self: SelfInfo;
	readonly hooks: ScreenHooks;
	getUi(): UiState;
	dispatch(message: Message): void;
	write(sequence: string): void;
	redraw(): void;
	suspend(): void;
	copyView(): void;
	enableKitty(): void;
	quit(reason: 'quit' | 'input-ended'): void;
}

const FLASH_MS = 4000;

export function runEffect(effect: Effect, ports: EffectPorts): void {
	const {session, hooks} = ports;
	switch (effect.type) {
		case 'post': {
			const result = session.post(effect.text);
			if ('refused' in result) ports.dispatch({type: 'refused', draft: effect.draft, text: result.refused});
			return;
		}
		case 'run':
			runTyped(effect, ports);
			return;
		case 'typing':
			session.typing();
			return;
		case 'copy':
			void copy(effect.text, ports);
			return;
		case 'open':
			void open(effect.url, ports);
			return;
		case 'doctor':
			void doctor(ports);
			return;
		case 'export':
			void exportTo(effect.file, ports);
			return;
		case 'copy-view':
			ports.copyView();
			return;
		case 'redraw':
			ports.redraw();
			return;
		case 'suspend':
			if (hooks.stopProcess) ports.suspend();
			else inform(ports, 'this system cannot suspend a program');
			return;
		case 'kitty':
			ports.enableKitty();
			return;
		case 'quit':
			ports.quit(effect.reason);
			return;
	}
}

export function inform({dispatch, hooks}: EffectPorts, text: string, level: 'info' | 'warn' | 'error' = 'info'): void {
	dispatch({type: 'flash', flash: {text, level, until: hooks.clock.now() + FLASH_MS}});
}

function runTyped({command, draft}: Effect & {type: 'run'}, ports: EffectPorts): void {
	const {session, self, hooks} = ports;
	const result = runCommand(command, {session, self, ignored: ports.getUi().ignored, now: hooks.clock.now()});
	if (result.type === 'error') ports.dispatch({type: 'refused', draft, text: result.text});
	else if (result.type === 'lines') {
		ports.dispatch({type: 'overlay', overlay: {type: 'text', title: result.title, lines: result.lines, scroll: 0}});
	} else {
		if (result.type === 'intent') ports.dispatch({type: 'intent', intent: result.intent});
		if (result.text) inform(ports, result.text);
	}
}

async function copy(text: string, ports: EffectPorts): Promise<void> {
	const done = await ports.hooks.copyText?.(text).catch(() => false);
	if (done) return inform(ports, 'copied');
	ports.write(copyToClipboard(text));
	inform(ports, 'sent to the terminal’s clipboard; if it is empty: /copy');
}

async function open(url: string, ports: EffectPorts): Promise<void> {
	const {openUrl} = ports.hooks;
	if (!openUrl) return inform(ports, 'nothing here opens links', 'warn');
	const error = await openUrl(url).catch(cause => String(cause));
	inform(ports, error ?? 'opened', error ? 'error' : 'info');
}

async function doctor(ports: EffectPorts): Promise<void> {
	const {runDoctor} = ports.hooks;
	if (!runDoctor) return ports.dispatch({type: 'overlay', overlay: {type: 'network', scroll: 0}});
	inform(ports, 'examining the network…');
	const lines = await runDoctor().catch(cause => [String(cause)]);
	ports.dispatch({type: 'overlay', overlay: {type: 'text', title: 'Doctor', lines, scroll: 0}});
}

async function exportTo(file: string, ports: EffectPorts): Promise<void> {
	const {exportTimeline} = ports.hooks;
	if (!exportTimeline) return inform(ports, 'leave the chat and use npx p2pchat-ink export', 'warn');
	try {
		inform(ports, await exportTimeline(file, ports.session.store.getState()));
	} catch (cause) {
		const text = cause instanceof Error ? cause.message : String(cause);
		ports.dispatch({type: 'refused', draft: `/export ${file}`, text});
	}
}
