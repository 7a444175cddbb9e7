/** Batches on their way in, and who takes them (intake.ts). */
import {type Batch, batchBytes} from '../core/batch.js';
import {ENTRY_COST_BYTES} from '../core/limits.js';
import type {PeerLink} from './peer-link.js';

export interface IncomingBatch {
	readonly batch: Batch;
	readonly link: PeerLink;
	/** It came because we asked. */
	readonly asked: boolean;
}

/** What a waiting batch costs us in memory, about: entries may be tiny. */
export function costOf(batch: Batch): number {
	return batchBytes(batch) + batch.entries.length * ENTRY_COST_BYTES;
}

export interface IntakeHandlers {
	take(incoming: IncomingBatch): void;
	/** Commit what was taken. */
	commit(): void;
}

export interface Intake {
	/** This connection is new. */
	greet(link: PeerLink): void;
	/** We said something ourselves. */
	talked(): void;
	push(incoming: IncomingBatch): void;
	/** Batches wait. */
	readonly busy: boolean;
	/** What waits costs, by `costOf`. */
	readonly bytes: number;
	/** Takes all that waits at once (before a shutdown). */
	finish(): void;
	stop(): void;
}
