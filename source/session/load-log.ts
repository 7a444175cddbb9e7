import type {OpenedLog} from '../storage/log.js';
import type {Ledger} from './ledger.js';
import type {Notices} from './notices.js';

/** Reads the log of this launch, a part at a time, and tells what was damaged in it. */
export async function loadLog(opened: OpenedLog, ledger: Ledger, notices: Notices): Promise<void> {
	for await (const records of opened.records) ledger.load(records);
	for (const {offset, length, kind} of opened.damage) {
		if (kind === 'torn')
			notices.tell(
				'info',
				'log-torn',
				`the log ended in the middle of a record (byte ${offset}): ${length} bytes were set aside`,
			);
		else
			notices.tell(
				'warn',
				'log-damaged',
				`the log is damaged at byte ${offset} (${length} bytes): what is good was read, the rest is asked of the others`,
			);
	}
}
