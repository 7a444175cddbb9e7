import {expect, test} from 'vitest';
import {MAX_FILE_ASKS} from '../../../source/core/limits.js';
import type {FileId} from '../../../source/core/shared-file.js';
import {createFileServer} from '../../../source/network/files/file-server.js';
import type {PeerLink} from '../../../source/network/link/peer-link.js';
import {createFakeClock} from '../../helpers/fake-clock.js';

test('of the files that a peer asks about on one connection, only the last MAX_FILE_ASKS are remembered', async () => {
	const server = createFileServer({
		clock: createFakeClock(),
		find: () => undefined,
		hasAll: () => false,
		leafOf: part => part,
	});
	const link = {queuedBytes: 0, send() {}} as unknown as PeerLink;
	const fileOf = (index: number) => index.toString(16).padStart(64, 'f') as FileId;
	for (let id = 0; id < 2 * MAX_FILE_ASKS; id++) {
		server.message(link, {type: 'file-ask', id, file: fileOf(id), leaves: true});
		await Promise.resolve();
		server.idle(link);
	}
	for (let turn = 0; turn < 10 * MAX_FILE_ASKS; turn++) {
		await Promise.resolve();
		server.idle(link);
	}
	const remembered = Array.from({length: 2 * MAX_FILE_ASKS}, (_, index) => server.hasAsked(link, fileOf(index)));
	expect(remembered).toEqual(remembered.map((_, index) => index >= MAX_FILE_ASKS));
	server.stop();
});
