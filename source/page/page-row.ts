/**
 * Data of a page: rows and people as plain JSON values. The HTML export contains them, the window for guests sends them, and
 * the viewer in the browser draws them. All texts are cleaned. The viewer draws them as text nodes, never as markup.
 */

/** A row of a page. */
export interface PageRow {
	/**
	 * Identifies the row within one page. The anchor of the row is `#e` followed by this id. In an export, the id is
	 * the position of the event in the timeline, from 1.
	 */
	readonly id: string;
	/**
	 * Sort key; keys are compared byte by byte. Only rows in the window for guests (a page of the room over HTTP) have
	 * a sort key, because they arrive in any order.
	 */
	readonly order?: string;
	/** Wall clock of the author, ms since 1970. */
	readonly at: number;
	/** `gap`: a row which says that events are missing at this position. */
	readonly kind: 'message' | 'action' | 'event' | 'gap';
	/** The author of a message, or the person that an event is about. */
	readonly name?: string;
	/** Hue of the name, from 0 to 9. */
	readonly hue?: number;
	readonly address?: string;
	/** For an event: what happened. The viewer draws this text between the name and the subject. */
	readonly text: string;
	/** Another person or name that an event mentions. */
	readonly subject?: string;
	readonly edited?: true;
	readonly withdrawn?: true;
	readonly quote?: PageQuote;
	readonly marks?: readonly PageMark[];
}

/** The message that a reply answers. */
export interface PageQuote {
	/** Id of the row of the answered message. Undefined if the page does not contain this row. */
	readonly id?: string;
	readonly name?: string;
	readonly text: string;
}

/** A reaction, and who reacted with it. */
export interface PageMark {
	readonly word: string;
	readonly names: readonly string[];
}

export interface PagePerson {
	readonly name: string;
	readonly hue: number;
	/** Number of messages in the page. Undefined in the window for guests. */
	readonly messages?: number;
	readonly fingerprint?: string;
	readonly address?: string;
	/** What the reader must know about the events of this person, for example that some are missing. */
	readonly note?: string;
}

/** Data of a page except its rows: title, notes, people and pinned messages. */
export interface PageInfo {
	readonly mode: 'file' | 'window';
	readonly title: string;
	/** Sentences below the title. */
	readonly notes: readonly string[];
	readonly people: readonly PagePerson[];
	/** Pinned messages, the most recently pinned one first. */
	readonly pins: readonly PageRow[];
	/** Number of rows of an export. Undefined in the window for guests. */
	readonly rows?: number;
}
