/** Default values that several layers of the program use. */

/** Room that a node joins unless `--room` names another. */
export const DEFAULT_ROOM = 'lan';

/**
 * Default UDP port of discovery, the search for other nodes. Also the TCP port that is dialled if the user types an
 * address without a port.
 */
export const DEFAULT_PORT = 47_474;
