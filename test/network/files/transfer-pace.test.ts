import {expect, test} from 'vitest';
import {FILE_QUEUE_MS, FILE_TALK_MS} from '../../../source/core/limits.js';
import {createTransferPace} from '../../../source/network/files/transfer-pace.js';
import {createFakeClock} from '../../helpers/fake-clock.js';

test('transfers of files cause no queue in the network while people write: from their first message until FILE_TALK_MS after their last one', async () => {
	const clock = createFakeClock();
	const pace = createTransferPace(clock);
	expect(pace.queueMs()).toBe(FILE_QUEUE_MS);
	pace.noteTalk();
	await clock.advance(FILE_TALK_MS - 1);
	expect(pace.queueMs()).toBe(0);
	pace.noteTalk();
	await clock.advance(FILE_TALK_MS - 1);
	expect(pace.queueMs()).toBe(0);
	await clock.advance(1);
	expect(pace.queueMs()).toBe(FILE_QUEUE_MS);
});
