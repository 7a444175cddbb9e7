import type {PartSet} from '../../core/part-set.js';
import type {FileId} from '../../core/shared-file.js';

/** Content that may be served in this room: a complete file, or the verified parts of a file that is being fetched. */
export interface ServedContent {
	readonly id: FileId;
	readonly size: number;
	/** Parts that can be read. `true`: all parts. */
	readonly have: PartSet | true;
	leaves(): Promise<Uint8Array | undefined>;
	read(part: number): Promise<Uint8Array | undefined>;
}
