/** What the doctor finds, most important first. Codes are append-only: `doctor --json` prints them. */
export type VerdictCode =
	// it could not start
	| 'port-taken'
	| 'port-not-permitted'
	| 'cannot-start'
	// this computer
	| 'no-interface'
	| 'only-virtual'
	| 'cannot-send'
	| 'filtered'
	| 'firewall-here'
	| 'incoming-blocked'
	| 'clock-here'
	// others
	| 'peer-refused'
	| 'peer-silent'
	| 'peer-unreachable'
	| 'peer-failed'
	| 'one-way'
	| 'wrong-secret'
	| 'other-room'
	| 'other-version'
	| 'other-network'
	| 'isolated'
	| 'clock-there'
	| 'clock-differs'
	| 'slow-reader'
	// nothing is broken
	| 'broadcast-filtered'
	| 'multicast-filtered'
	| 'refused-connections'
	| 'alone'
	| 'all-well';

/** `error`: nobody or nearly nobody can be reached; `warn`: something is broken; `info`: worth knowing. */
export type VerdictLevel = 'error' | 'warn' | 'info' | 'ok';

export interface Verdict {
	readonly code: VerdictCode;
	readonly level: VerdictLevel;
	/** What it is and what it means. */
	readonly text: string;
	/** What to do. */
	readonly next?: string;
}

/** What a report cannot say. */
export interface DoctorFacts {
	/** Names the commands of this system's firewall: `process.platform`. */
	readonly platform?: string;
	/** A look from outside: its TCP port is gone when it is read. */
	readonly looksOnly?: boolean;
	/** It could not run at all. */
	readonly startFailure?: StartFailure;
}

export interface StartFailure {
	readonly protocol: 'UDP' | 'TCP';
	readonly port: number;
	/** Of the system, e.g. EADDRINUSE. */
	readonly code: string;
	readonly text: string;
}

export function isBroken({level}: Verdict): boolean {
	return level === 'error' || level === 'warn';
}
