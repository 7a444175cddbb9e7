/** Text in parts, so that a caller can colour the names in it. */
import type {PeerId} from '../../core/event.js';

/** Plain text, or the name of a peer. */
export type TextPart = string | {readonly name: string; readonly peer: PeerId};

/** The parts as plain text. */
export function joinParts(parts: readonly TextPart[]): string {
	return parts.map(part => (typeof part === 'string' ? part : part.name)).join('');
}
