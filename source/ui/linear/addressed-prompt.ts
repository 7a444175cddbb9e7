/** Line prompt of the linear screen. If the draft is a whisper, the prompt remembers to whom the draft is addressed. */
import type {ChatNode} from '../../node/chat-node.js';
import {
	type Addressing,
	addressingOf,
	comesBack,
	draftToKeep,
	noAddressing,
	promptWords,
	updateAddressing,
} from '../addressee.js';
import type {EditorAction} from '../input/reduce-editor.js';
import type {LinePrompt} from './line-prompt.js';

export interface AddressedPrompt {
	edit(action: EditorAction): void;
	/** Empties the line, and calls `send` with the draft and the addressee that the draft had. */
	submit(send: (draft: string, addressing: Addressing) => void): void;
	/**
	 * Prints the reason why the node refused a draft. A message returns to the line, unless the user has begun another
	 * draft; so does a draft for which `addressing` is given. A command does not return, because the key ↑ shows it
	 * again.
	 */
	reject(draft: string, reason: string, addressing?: Addressing): void;
	/** Puts a draft into the line. Without `addressing`, the addressee is read from the text of the draft. */
	restore(draft: string, addressing?: Addressing): void;
	/** Returns the draft for a later screen to restore. A whisper in it names its addressee by fingerprint. */
	draftToKeep(): string;
}

export function createAddressedPrompt(line: LinePrompt, {store}: Pick<ChatNode, 'store'>): AddressedPrompt {
	let addressing = noAddressing;

	function setAddressing(next: Addressing): void {
		addressing = next;
		line.setWords(promptWords(next.addressee, Number.POSITIVE_INFINITY));
	}

	function restore(draft: string, kept = addressingOf(draft, store.getState())): void {
		setAddressing(kept);
		line.restoreDraft(draft);
	}

	return {
		// As soon as the draft is a whisper with a known addressee, the line is printed again, with the addressee in front.
		edit(action) {
			const before = line.editor.text;
			line.edit(action);
			setAddressing(updateAddressing(addressing, before, line.editor.text, store.getState()));
		},
		submit(send) {
			const submitted = addressing;
			line.submit(draft => {
				setAddressing(noAddressing);
				send(draft, submitted);
			});
		},
		reject(draft, reason, submitted) {
			line.printAbove(`Error: ${reason}`);
			if (line.editor.text === '' && (submitted || comesBack(draft))) restore(draft, submitted);
		},
		restore,
		draftToKeep: () => draftToKeep(addressing, line.editor.text, store.getState()),
	};
}
