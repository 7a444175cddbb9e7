/**
 * Rules broken one at a time: what is written instead, in which file of `source/`; each text stands there exactly once, or
 * `mutate.mjs` ends with an error. `tests` are unit tests that fail as well; `room` is played in place of the 200, where few
 * show it.
 */
import {historyMutations} from './mutations-history.mjs';
import {linkMutations} from './mutations-links.mjs';
import {presenceMutations} from './mutations-presence.mjs';

export const mutations = [...linkMutations, ...presenceMutations, ...historyMutations];
