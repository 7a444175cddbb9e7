/** Texts of the screen that tests wait for, in one place, so that a change of wording needs one edit. */

/** Shown in the empty input of a chat that is ready for typing. */
export const INPUT_HINT = 'Write a message';
/** Shown in the first row of the log list of `replay` without a file. */
export const LOG_CHOOSER = 'which log?';
/** Shown in the transport bar of a replay. */
export const REPLAY_BAR = 'REPLAY';
