import {readdirSync} from 'node:fs';
import {join} from 'node:path';
import type {Whisper} from '../../source/core/event.js';
import {openLogReader} from '../../source/storage/log-reader.js';

/** The whispers in all logs of a data folder, in the order of each log. */
export async function readLoggedWhispers(home: string): Promise<Whisper[]> {
	const found: Whisper[] = [];
	for (const name of readdirSync(join(home, 'logs')).filter(file => file.endsWith('.p2plog'))) {
		const reader = openLogReader(join(home, 'logs', name));
		for await (const records of reader.read())
			for (const record of records)
				if (record.type === 'observation' && record.observation.type === 'whisper') found.push(record.observation);
		reader.close();
	}
	return found;
}
