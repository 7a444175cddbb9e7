import type {LogHeader, LogRecord, OpenedLog} from '../../source/storage/log.js';
import {createMemoryLog} from '../../source/storage/memory-log.js';

/** What a node appended, which outlives its process. */
export interface Disk {
	readonly records: LogRecord[];
	/** As after a launch: what stands there is read first. */
	open(): OpenedLog;
}

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
