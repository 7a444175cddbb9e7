/** Highest protocol version spoken (protocol.md, Versioning). */
export const PROTOCOL_VERSION = 1;
/** Lowest protocol version understood. */
export const LOWEST_VERSION = 1;
/** Optional abilities, by name; append-only. */
export const FEATURES: readonly string[] = ['typing'];
