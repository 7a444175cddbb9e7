import {writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {openFileStore} from '../../../source/cli/chat/open-file-store.js';
import {deriveRoomKeys} from '../../../source/feed/room-keys.js';
import {makeHome} from '../../helpers/data-home.js';
import {createFakeClock} from '../../helpers/fake-clock.js';

test('a file that was shared in one room is unknown in the other rooms of this computer, also after a restart', async () => {
	const home = makeHome();
	const path = join(home, 'plan.txt');
	writeFileSync(path, 'plan');
	const context = {options: {dataDir: home, sourceNames: {}}, clock: createFakeClock()} as never;
	const open = async (room: string) =>
		openFileStore({context, keys: await deriveRoomKeys({room}), keepsShares: true, warn() {}});
	const first = await open('one');
	const {id} = await first.share(path);
	await first.close();
	const [again, other] = [await open('one'), await open('two')];
	expect([again.find(id)?.size, other.find(id)]).toEqual([4, undefined]);
	expect((await other.share(path)).id).not.toBe(id);
	expect(again.find(id)?.size).toBe(4);
	await Promise.all([again.close(), other.close()]);
});

test.each([
	['--output', {output: '/nonexistent'}, {output: '--output'}, '/nonexistent'],
	['--download-dir', {output: '-'}, {output: '--output'}, '/nonexistent'],
	['P2PCHAT_DOWNLOAD_DIR', {downloadDir: '/nonexistent'}, {downloadDir: 'P2PCHAT_DOWNLOAD_DIR'}, undefined],
	['"directory"', {}, {}, '/nonexistent'],
])(
	'an error of the folder for fetched files names %s, the option with which the user has chosen it',
	async (name, set, sourceNames, directory) => {
		const context = {options: {dataDir: makeHome(), ...set, sourceNames}, clock: createFakeClock()} as never;
		const store = openFileStore({context, keys: await deriveRoomKeys({room: 'one'}), keepsShares: false, warn() {}});
		const file = {id: '00'.repeat(32), name: 'a', size: 1} as never;
		await expect(store.receive(file, new Uint8Array(32), directory)).rejects.toThrow(
			`/nonexistent: cannot save the file: no such file or folder. Create the folder, or choose another one with ${name}.`,
		);
		await store.close();
	},
);
