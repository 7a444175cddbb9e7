export interface StrangerLog {
	readonly header: {
		readonly format: number;
		readonly version: string;
		readonly roomTag: Buffer;
		readonly roomName: string;
	};
	readonly records: readonly {readonly kind: string; readonly loggedAt: number; readonly body: any}[];
	/** Offset and length. */
	readonly damaged: readonly (readonly [number, number])[];
	/** Number of bytes at the end that contain no valid record. */
	readonly torn: number;
}

export function readLog(bytes: Buffer): StrangerLog;
