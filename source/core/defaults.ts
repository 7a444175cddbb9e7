/** Defaults that several layers must agree on. */

/** Room that a node joins unless `--room` names another. */
export const DEFAULT_ROOM = 'lan';

/** UDP port of discovery, and TCP port of an address that is typed without a port. */
export const DEFAULT_PORT = 47_474;
