import type {LogHeader, LogRecord, OpenedLog} from '../../source/storage/log.js';
import {createMemoryLog} from '../../source/storage/memory-log.js';

/** In-memory log storage that survives the process of a node. */
export interface Disk {
	readonly records: LogRecord[];
	/** Opens the log as a new process does: existing records are read first. */
	open(): OpenedLog;
}

/** Creates an empty disk with a log header. */
export function createDisk(header: LogHeader): Disk {
	const records: LogRecord[] = [];
	return {
		records,
		open() {
			const before = [...records];
			const {log} = createMemoryLog(header);
			log.append(before);
			async function* read() {
				yield before;
			}
			return {
				damage: [],
				records: read(),
				log: {
					...log,
					get size() {
						return log.size;
					},
					append(added) {
						log.append(added);
						records.push(...added);
					},
				},
			};
		},
	};
}
