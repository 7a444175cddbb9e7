/** Short message to the user: above the status line of the chat, or in place of the transport bar of a replay. */
export interface Flash {
	readonly text: string;
	readonly level: 'info' | 'warn' | 'error';
	/** Monotonic time at which the message expires, ms; 0: at the next key. */
	readonly until: number;
	/** Whether the next key removes the message, even before `until`. */
	readonly endsOnKey?: true;
}
