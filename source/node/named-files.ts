/**
 * Contents of files that `shared` events of this room name. This node answers questions about a content only if such an
 * event names it. If the user of this node shared the content, only the events of this user count. Otherwise, another
 * member could share the id of a file that this user has withdrawn, and so get the file.
 *
 * The timeline is searched once for each content, when a peer first asks about it. Later events are noted when they
 * arrive.
 */
import {type EventRef, isWritten} from '../core/event.js';
import {findPosted} from '../core/find-posted.js';
import {LruMap} from '../core/lru-map.js';
import {personKeyOf} from '../core/name-collisions.js';
import type {FileId} from '../core/shared-file.js';
import {contentOf} from '../core/text-of.js';
import {sliceTimeline} from '../core/timeline.js';
import type {Store} from './store.js';

/** Maximum number of contents for which the events are remembered. A node usually has fewer. */
const MAX_FILES = 4096;
/**
 * Maximum number of events of other people that are remembered for one content. Further events that name the content
 * are ignored.
 */
const MAX_NAMES = 64;

/** `shared` events that name one content. */
interface Naming {
	/** Events of the user of this node, from all sessions of the user. */
	readonly own: EventRef[];
	readonly others: EventRef[];
}

export interface NamedFiles {
	/**
	 * Whether an event names this content, and the author of that event has not withdrawn it. If the user of this node shared the
	 * content, only the events of this user are considered.
	 */
	isNamed(file: FileId): boolean;
	stop(): void;
}

/** Creates the index. `onNamed`: called when a new event names a content for which `isNamed` was called before. */
export function createNamedFiles(store: Store, onNamed: (file: FileId) => void): NamedFiles {
	const naming = new LruMap<FileId, Naming>(MAX_FILES, {touchOnGet: true});

	/** Notes an event that names a content. Returns false if MAX_NAMES events of other people are noted already. */
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
