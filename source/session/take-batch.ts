/** What others hand over: into log and state, or what is said of it. */
import type {Batch} from '../core/batch.js';
import {labelOf} from '../core/label.js';
import type {TakeResult} from '../network/batch-receiver.js';
import type {PeerLink} from '../network/peer-link.js';
import type {Archive} from './create-archive.js';

/** `live`: it was not in anybody's first `have`. Who brings what its author never signed is cut off. */
export function takeBatch(
	{ledger, notices, store}: Pick<Archive, 'ledger' | 'notices' | 'store'>,
	batch: Batch,
	link: Pick<PeerLink, 'fail'>,
	live: boolean,
): TakeResult {
	const result = ledger.learn(batch, live);
	if (typeof result === 'object') {
		link.fail(result.invalid, 'sent history that its author never signed');
		return 'refused';
	}

	if (result === 'forked') notices.forked(labelOf(store.getState(), batch.peer));
	return result === 'forked' ? 'refused' : result;
}
