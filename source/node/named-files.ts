/**
 * File contents that `shared` events of this room name. A node answers questions about a file only if such an event
 * names the content. If the user of this node shared the content, only the events of this user count. Otherwise a
 * member could get a file that this user has withdrawn, by sharing its id again. The timeline is searched once for each
 * content, at the first question about it. Later events are recorded when they arrive.
 */
import {type EventRef, isWritten} from '../core/event.js';
import {findPosted} from '../core/find-posted.js';
import {LruMap} from '../core/lru-map.js';
import {personKeyOf} from '../core/name-collisions.js';
import type {FileId} from '../core/shared-file.js';
import {contentOf} from '../core/text-of.js';
import {sliceTimeline} from '../core/timeline.js';
import type {Store} from './store.js';

/** Maximum number of contents that are remembered. A node usually has fewer. */
const MAX_FILES = 4096;
/**
 * Maximum number of events by others that are remembered for one content. Further events that name the content are
 * ignored.
 */
const MAX_NAMES = 64;

/** Events that name one content. */
interface Naming {
	/** Events of the user of this node, from all sessions. */
	readonly own: EventRef[];
	readonly others: EventRef[];
}

export interface NamedFiles {
	/** Whether a counted event names the content and was not withdrawn by its author. */
	isNamed(file: FileId): boolean;
	stop(): void;
}

/** `onNamed`: called when one more event names a content about which `isNamed` was called before. */
export function createNamedFiles(store: Store, onNamed: (file: FileId) => void): NamedFiles {
	const naming = new LruMap<FileId, Naming>(MAX_FILES, {touchOnGet: true});

	/** Notes an event that names a content. Returns false if MAX_NAMES events by others are noted already. */
	function add(known: Naming, {peer, seq}: EventRef): boolean {
		const state = store.getState();
		const isOwn = state.launch !== undefined && personKeyOf(state, peer) === personKeyOf(state, state.launch.peer);
		const refs = isOwn ? known.own : known.others;
		if (!isOwn && refs.length >= MAX_NAMES) return false;
		refs.push({peer, seq});
		return true;
	}

	function search(file: FileId): Naming {
		const {timeline} = store.getState();
		const found: Naming = {own: [], others: []};
		for (const entry of sliceTimeline(timeline, 0, timeline.length))
			if (entry.type === 'shared' && entry.file === file) add(found, entry);
		return found;
	}

	const unsubscribe = store.subscribe((_state, inputs) => {
		for (const input of inputs) {
			if (input.type !== 'events') continue;
			for (const event of input.events) {
				const known = event.type === 'shared' ? naming.get(event.file) : undefined;
				if (event.type === 'shared' && known && add(known, event)) onNamed(event.file);
			}
		}
	});

	return {
		isNamed(file) {
			const known = naming.get(file) ?? search(file);
			naming.set(file, known);
			const state = store.getState();
			return (known.own.length > 0 ? known.own : known.others).some(ref => {
				const event = findPosted(state.timeline, ref);
				return event !== undefined && isWritten(event) && contentOf(state, event).withdrawal === undefined;
			});
		},
		stop: unsubscribe,
	};
}
