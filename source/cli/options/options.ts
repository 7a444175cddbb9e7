/** What the command line, the environment and config.json come to, checked. Made by parse-options.ts. */
import type {CommandName} from './option-table.js';

export type BellMode = 'mentions' | 'all' | 'off';
export type ExportFormat = 'text' | 'markdown' | 'jsonl';

/** A time as people type it; resolved against the log it is used on (option-values.ts). */
export type TimePoint =
	| {readonly type: 'instant'; readonly ms: number}
	/** The next such time of day. */
	| {readonly type: 'clock'; readonly hour: number; readonly minute: number; readonly second: number};

/** Where the secret comes from; read by read-secret.ts, so that it never stands among the options. */
export type SecretSource =
	| {readonly type: 'ask'}
	| {readonly type: 'file'; readonly path: string}
	| {readonly type: 'given'; readonly secret: string};

export interface Options {
	readonly command: CommandName;
	/** What follows the command: FILE, or the words of `send`. */
	readonly words: readonly string[];
	readonly name?: string;
	readonly room: string;
	readonly secret?: SecretSource;
	/** UDP. */
	readonly port: number;
	/** 0: any free one. */
	readonly tcpPort: number;
	/** Empty: all that are up. */
	readonly interfaces: readonly string[];
	/** HOST or HOST:PORT, checked. */
	readonly peers: readonly string[];
	readonly log: {readonly type: 'new'} | {readonly type: 'file'; readonly path: string} | {readonly type: 'none'};
	/** Undefined: full screen where the terminal allows it, else plain. */
	readonly mode?: 'json' | 'plain' | 'screen-reader';
	readonly stay: boolean;
	readonly waitMs: number;
	/** Undefined: the platform's data folder. */
	readonly dataDir?: string;
	readonly bell: BellMode;
	readonly mono: boolean;
	readonly identity: boolean;
	/** File. */
	readonly debug?: string;
	readonly filter: EventFilter;
	readonly format: ExportFormat;
	readonly verify: boolean;
	readonly at?: TimePoint;
	/** Infinity: as fast as possible. */
	readonly speed: number;
	readonly help: boolean;
	readonly version: boolean;
}

/** Filters of replay and export; all given ones must hold. */
export interface EventFilter {
	readonly author?: string;
	readonly grep?: string;
	readonly from?: TimePoint;
	readonly to?: TimePoint;
}
