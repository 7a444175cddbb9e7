/** The validated settings of one run, from the command line, the environment and config.json (parse-options.ts). */
import type {HostAddress} from '../../network/ip-address.js';
import type {CommandName} from './option-table.js';

export type BellMode = 'mentions' | 'all' | 'off';
export type ExportFormat = 'text' | 'markdown' | 'jsonl';

/** A point in time as a person types it. `resolveTime` turns it into milliseconds. */
export type TimePoint =
	| {readonly type: 'instant'; readonly ms: number}
	/** A time of day in local time, on a day that depends on the log. */
	| {readonly type: 'clock'; readonly hour: number; readonly minute: number; readonly second: number};

/** Source of the room secret. read-secret.ts reads it, so that files and prompts are not part of parsing. */
export type SecretSource =
	| {readonly type: 'ask'}
	| {readonly type: 'file'; readonly path: string}
	/** The value of P2PCHAT_SECRET. */
	| {readonly type: 'environment'; readonly secret: string};

export interface Options {
	readonly command: CommandName;
	/** Arguments after the command: FILE, or the text of `send`. */
	readonly operands: readonly string[];
	readonly name?: string;
	readonly room: string;
	readonly secret?: SecretSource;
	/** UDP port of discovery. */
	readonly port: number;
	/** TCP port to listen on; 0: any free port. */
	readonly tcpPort: number;
	/** Names or addresses; empty: all interfaces that are up. */
	readonly interfaces: readonly string[];
	readonly peers: readonly HostAddress[];
	readonly log: {readonly type: 'new'} | {readonly type: 'file'; readonly path: string} | {readonly type: 'none'};
	/** Undefined: the full screen if the terminal supports it, else plain lines. */
	readonly mode?: 'json' | 'plain' | 'screen-reader';
	readonly stay: boolean;
	readonly waitMs: number;
	/** Undefined: the data folder of the platform. */
	readonly dataDir?: string;
	readonly bell: BellMode;
	readonly mono: boolean;
	/** Whether the durable identity is used. */
	readonly identity: boolean;
	/** Path of the debug log. */
	readonly debug?: string;
	readonly filter: EventFilter;
	readonly format: ExportFormat;
	readonly verify: boolean;
	readonly at?: TimePoint;
	/** Factor; infinity: as fast as possible. */
	readonly speed: number;
	readonly help: boolean;
	readonly version: boolean;
}

/** Filters of replay and export. An event must pass all that are present. */
export interface EventFilter {
	readonly author?: string;
	readonly grep?: string;
	/** Inclusive. */
	readonly from?: TimePoint;
	/** Exclusive. */
	readonly to?: TimePoint;
}
