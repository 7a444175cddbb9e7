/**
 * Types of the lines of `--json`, which are also the objects that the API returns (index.ts). Other programs read them,
 * so names and meanings must not change. This file imports nothing: the package contains the type declarations of this
 * file, and would also need those of each import.
 */

/** Kinds of events. `unreadable`: a signed entry that this version cannot read. */
export type JsonEventKind =
	| 'joined'
	| 'posted'
	| 'shared'
	| 'marked'
	| 'corrected'
	| 'withdrawn'
	| 'pinned'
	| 'renamed'
	| 'moved'
	| 'left'
	| 'lost'
	| 'returned'
	| 'unreadable';

/** The peer that an event or peer line is about. */
export interface JsonPerson {
	readonly peer: string;
	/** First 8 digits of the fingerprint of the identity. They are no proof: other keys can have the same digits. */
	readonly identity?: string;
	/** The complete public key of the identity, 64 hexadecimal digits. */
	readonly identityKey?: string;
	/**
	 * The peer is this user: this node, one of its earlier launches, or another session with the same identity and
	 * name.
	 */
	readonly you?: true;
	/** The user has verified the identity key of this person. */
	readonly verified?: true;
	readonly name: string;
	readonly address?: string;
	readonly addressClaimed?: true;
}

/** Line about an open window for guests: a read-only page of the room for browsers, over HTTP. */
export interface JsonInvitation {
	readonly type: 'invitation';
	/** Links to the page that guests open. They contain the token: anybody who has one of the links can read the room. */
	readonly urls: readonly string[];
	readonly packageUrl: string;
	/** SHA-256 of the package that guests can download, hexadecimal. */
	readonly packageHash: string;
	readonly guests: readonly {readonly number: number; readonly address: string; readonly connected: boolean}[];
	/** RFC 3339, UTC: when the window for guests closes. */
	readonly until: string;
}

export interface JsonReady {
	readonly type: 'ready';
	readonly peer: string;
	readonly identity?: string;
	readonly identityKey?: string;
	readonly name: string;
	readonly room: string;
	readonly udpPort: number;
	readonly tcpPort: number;
	readonly addresses: readonly string[];
	readonly log?: string;
	readonly version: string;
}

export type JsonEvent = {readonly type: 'event'; readonly id: string; readonly kind: JsonEventKind} & JsonPerson & {
		/** RFC 3339, UTC. */
		readonly at: string;
		/** Sort key: the bytewise order of these strings is the order of the timeline. */
		readonly order: string;
		readonly text?: string;
		readonly action?: true;
		/** The author opened or closed a window for guests, through which the room can be read over HTTP. */
		readonly window?: 'opened' | 'closed';
		/** For `shared`: id of the content, name, size in bytes, and text about the file. */
		readonly file?: string;
		readonly fileName?: string;
		readonly size?: number;
		readonly note?: string;
		/** The previous name, for `renamed`. */
		readonly from?: string;
		readonly addresses?: readonly string[];
		/** The author joined as a keeper: a node that stays in the room to keep its history. */
		readonly keeper?: true;
		readonly subject?: string;
		readonly subjectName?: string;
		/** Id of the message to which a reaction, correction, withdrawal or pin belongs. */
		readonly target?: string;
		/** Id of the message that this message answers. */
		readonly replyTo?: string;
		/** Word of a reaction. */
		readonly word?: string;
		/** Whether a reaction or a pin is set; false takes it back. */
		readonly on?: boolean;
		/** The author has corrected the message. `text` is the text of the last correction. */
		readonly edited?: true;
		/** The author withdrew the message. Its text is empty. */
		readonly withdrawn?: true;
		/** Reactions to the message. `peers`: one peer id for each person who reacted. */
		readonly marks?: readonly {readonly word: string; readonly count: number; readonly peers: readonly string[]}[];
		readonly own: boolean;
		readonly live: boolean;
		readonly ref?: string | number;
	};

/** A whisper. The fields of JsonPerson describe the other person, even if this node sent the whisper. */
export type JsonWhisper = {readonly type: 'whisper'; readonly id: number} & JsonPerson & {
		readonly at: string;
		readonly order: string;
		readonly text: string;
		readonly own: boolean;
		readonly live: boolean;
		readonly ref?: string | number;
	};

/** The transfer of a file that this node shares or fetches. Printed whenever it changes, at most twice a second. */
export type JsonFile = {
	readonly type: 'file';
	/** Id of the content. The field `file` of the `shared` event contains the same id. */
	readonly id: string;
	readonly name: string;
	readonly state: 'hashing' | 'sharing' | 'waiting' | 'fetching' | 'checking' | 'done' | 'failed' | 'cancelled';
	/** Number of bytes of the file that are on this computer and have the right hashes. */
	readonly bytes: number;
	/** Size of the file in bytes. */
	readonly of: number;
	/** `holders`: connected peers that have at least one part. `completeHolders`: those that have the whole file. */
	readonly holders: number;
	readonly completeHolders: number;
	/** Bytes of the file that this node has sent since its start. */
	readonly sentBytes: number;
	readonly bytesPerSecond?: number;
	/** Path of the complete file. */
	readonly path?: string;
	/** Why the transfer waits or has failed, as text for people. */
	readonly reason?: string;
};

export type JsonPeer = {
	readonly type: 'peer';
	readonly status: 'connected' | 'suspect' | 'unreachable' | 'left';
	/** Number of present launches of the person, under the name of this peer. 0: the person is absent. */
	readonly sessions: number;
	/** The peer is a keeper. */
	readonly keeper?: true;
} & JsonPerson;

export type JsonLine =
	| JsonReady
	| JsonEvent
	| JsonPeer
	| JsonWhisper
	/** A whisper of this node is in the log of the other person, or the node of the other person refused it. */
	| {
			readonly type: 'whisper-delivery';
			readonly peer: string;
			readonly id: number;
			readonly state: 'delivered' | 'refused';
	  }
	| {readonly type: 'synced'; readonly peer: string; readonly received: number}
	| {readonly type: 'delivery'; readonly id: string; readonly delivered: number; readonly of: number}
	/** Messages of a reopened log that were not read yet. `since`: when the last record before them was logged; RFC 3339, UTC. */
	| {readonly type: 'unread'; readonly messages: number; readonly mentions: number; readonly since: string}
	| JsonInvitation
	| JsonFile
	| {readonly type: 'alone'}
	| {readonly type: 'notice'; readonly level: 'info' | 'warn' | 'error'; readonly code: string; readonly text: string}
	| {readonly type: 'error'; readonly code: string; readonly line?: number; readonly text: string}
	| {readonly type: 'bye'; readonly reason: string};
