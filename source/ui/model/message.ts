/** What can happen to the screen, and what it can ask of the world. Data only. */

import type {Command} from '../../session/command/parse-command.js';
import type {Intent} from '../../session/command/run-command.js';
import type {Token} from '../keys/token.js';
import type {Flash, Overlay} from './ui-state.js';

export type Message =
	/** All that one read of the terminal brought. */
	| {readonly type: 'tokens'; readonly tokens: readonly Token[]}
	| {readonly type: 'resized'; readonly columns: number; readonly rows: number}
	| {readonly type: 'intent'; readonly intent: Intent}
	| {readonly type: 'flash'; readonly flash: Flash | undefined}
	| {readonly type: 'overlay'; readonly overlay: Overlay}
	/** The session did not take what was said: back into the input with it, unless something new stands there. */
	| {readonly type: 'refused'; readonly draft: string; readonly text: string}
	/** Time went by: questions and flashes end. */
	| {readonly type: 'tick'};

export type Effect =
	| {readonly type: 'post'; readonly text: string; readonly draft: string}
	| {readonly type: 'run'; readonly command: Command; readonly draft: string}
	| {readonly type: 'typing'}
	| {readonly type: 'copy'; readonly text: string}
	| {readonly type: 'open'; readonly url: string}
	| {readonly type: 'copy-view' | 'redraw' | 'suspend' | 'doctor' | 'kitty'}
	| {readonly type: 'export'; readonly file: string}
	| {readonly type: 'quit'; readonly reason: 'quit' | 'input-ended'};
