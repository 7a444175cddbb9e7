/** Words of the screen that tests wait for, each in this one place, so that they can be rewritten. */

/** In the empty input of a chat that is ready for typing. */
export const INPUT_HINT = 'Write a message';
/** In the first row of the list of logs that `replay` without a file shows. */
export const LOG_CHOOSER = 'which log?';
/** In the transport bar of a replay. */
export const REPLAY_BAR = 'REPLAY';
