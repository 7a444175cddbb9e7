import {logLines} from '../session/command/run-command.js';
import type {ChatScreenOptions} from './chat-screen.js';

/** What is written below once the terminal is as it was. */
export function lastLines({self, visit}: Pick<ChatScreenOptions, 'self' | 'visit'>): string[] {
	return visit ? [visit.lastWords] : logLines(self);
}
