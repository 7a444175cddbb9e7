export interface StrangerLog {
	readonly header: {
		readonly format: number;
		readonly version: string;
		readonly roomTag: Buffer;
		readonly roomName: string;
	};
	readonly records: readonly {readonly kind: string; readonly loggedAt: number; readonly body: any}[];
	/** Ranges without a valid record, each as offset and length in bytes. */
	readonly damaged: readonly (readonly [number, number])[];
	/** Number of bytes after the last valid record. */
	readonly torn: number;
}

export function readLog(bytes: Buffer): StrangerLog;
