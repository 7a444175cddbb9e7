/**
 * Type of the options of the API. This file imports nothing: the package contains the type declarations of this file,
 * and would also need those of each import.
 */

/** Options of a node. A node of the API reads neither the environment nor config.json. */
export interface NodeOptions {
	/** Shown name. Default: the name of the OS user. */
	readonly name?: string | undefined;
	/** Default: `lan`. */
	readonly room?: string | undefined;
	/** Secret of the room. Default: none. */
	readonly secret?: string | undefined;
	/** UDP port of discovery, the same for everybody in a room. Default: 47474. */
	readonly port?: number | undefined;
	/** TCP port to listen on. Default: any free port. */
	readonly tcpPort?: number | undefined;
	/** Names or addresses of network interfaces; `lo`: this computer only. Default: all interfaces that are up. */
	readonly interfaces?: readonly string[] | undefined;
	/** Peers to connect to, `HOST[:PORT]` (TCP). Default: the peers that are remembered from earlier launches. */
	readonly peers?: readonly string[] | undefined;
	/**
	 * Path of the log to reopen; false: write nothing to disk. Default: a new log, or in a room with a secret the log of that
	 * room.
	 */
	readonly log?: string | false | undefined;
	/** Folder for logs and the identity. Default: the data folder of the system. */
	readonly dataDir?: string | undefined;
	/** Whether to use the durable identity, which stays the same across launches. Default: true. */
	readonly identity?: boolean | undefined;
	/** Folder for fetched files. Default: the folder for downloads of the system. */
	readonly downloadDir?: string | undefined;
	/** Whether other people can fetch files from this node. Default: true. */
	readonly serve?: boolean | undefined;
	/** Whether the node accepts whispers. Default: true. */
	readonly whispers?: boolean | undefined;
}
