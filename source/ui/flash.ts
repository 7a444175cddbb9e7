import type {Style, Theme} from './theme.js';

/** Short message in place of the status line. */
export interface Flash {
	readonly text: string;
	readonly level: 'info' | 'warn' | 'error';
	/** Monotonic time at which the message expires, ms; 0: at the next key. */
	readonly until: number;
	/** The next key removes the message before `until`. */
	readonly endsOnKey?: true;
}

export function flashStyle({level}: Flash, theme: Theme): Style {
	return {info: {}, warn: theme.warn, error: theme.error}[level];
}
