/**
 * File contents that `shared` events of this room name. A node answers questions about a file only if such an event
 * names the content. The timeline is searched once for each content, at the first question about it. Later events are
 * recorded when they arrive.
 */
import {type EventRef, isWritten} from '../core/event.js';
import {findPosted} from '../core/find-posted.js';
import {LruMap} from '../core/lru-map.js';
import type {FileId} from '../core/shared-file.js';
import {contentOf} from '../core/text-of.js';
import {sliceTimeline} from '../core/timeline.js';
import type {Store} from './store.js';

/** Maximum number of contents that are remembered. A node usually has fewer. */
const MAX_FILES = 4096;
/** Maximum number of events that are remembered for one content. Further events that name the content are ignored. */
const MAX_NAMES = 64;

export interface NamedFiles {
	/** Whether the log contains an event that names the content and that its author did not withdraw. */
	isNamed(file: FileId): boolean;
	stop(): void;
}

/** `onNamed`: called when one more event names a content about which `isNamed` was called before. */
export function createNamedFiles(store: Store, onNamed: (file: FileId) => void): NamedFiles {
	const refs = new LruMap<FileId, EventRef[]>(MAX_FILES, {touchOnGet: true});

	function search(file: FileId): EventRef[] {
		const {timeline} = store.getState();
		const found: EventRef[] = [];
		for (const entry of sliceTimeline(timeline, 0, timeline.length))
			if (entry.type === 'shared' && entry.file === file && found.length < MAX_NAMES)
				found.push({peer: entry.peer, seq: entry.seq});
		return found;
	}

	const unsubscribe = store.subscribe((_state, inputs) => {
		for (const input of inputs) {
			if (input.type !== 'events') continue;
			for (const event of input.events) {
				const known = event.type === 'shared' ? refs.get(event.file) : undefined;
				if (event.type !== 'shared' || !known || known.length >= MAX_NAMES) continue;
				known.push({peer: event.peer, seq: event.seq});
				onNamed(event.file);
			}
		}
	});

	return {
		isNamed(file) {
			const known = refs.get(file) ?? search(file);
			refs.set(file, known);
			const state = store.getState();
			return known.some(ref => {
				const event = findPosted(state.timeline, ref);
				return event !== undefined && isWritten(event) && contentOf(state, event).withdrawal === undefined;
			});
		},
		stop: unsubscribe,
	};
}
