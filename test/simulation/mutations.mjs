/**
 * Mutations: each entry breaks one rule of the program. An entry names functions, not files or source text:
 * `in` is the path of names to a function (`createSync.push`: the function or method `push` within `createSync`), which must
 * exist exactly once in `source/`. Inner functions with a name of their own are not part of it. Counts begin at 1, in
 * text order; -1 is the last one. Without a number there must be exactly one such place. An edit is one of:
 *
 *   {condition: n, becomes: 'false'}      the condition of the n-th `if` or `?:`
 *   {condition: n, without: k}            the same without the k-th of its operands
 *   {call: 'g', becomes: 'removed'}       a call of `g` or of a method `g`; with `number` the n-th
 *   {call: 'g', becomes: 'its argument 1'}, 'its object', or any expression
 *   {call: 'g', argument: k, becomes}     only its k-th argument
 *   {call: 'g', onlyIf: 'test'}           the call gets one more condition
 *   {call: 'g', before: 'statement'}      a statement before it
 *   {unassigned: 'x'}                     the assignment to the variable or property `x` is removed
 *   {variable: 'x', becomes}              the value that `x` is declared with
 *   {limit: 'LIMIT', becomes}             one use of a constant
 *   {loop: n}                             the n-th loop is removed
 *   {returned: n, becomes}                the value of the n-th `return`
 *   {begins: 'statement'}                 a statement at the beginning of the function
 *
 * `$` in `becomes` is the replaced text. `tests` are prefixes of the names of unit test files that also fail. `room` replaces
 * the 200 rooms if few of them show the fault. `scenes` are prefixes of the names of tests in this folder that play a simulated
 * room of their own; they replace the 200 rooms. `mutate.mjs --list` shows every place.
 */
import {effectMutations} from './mutations-effects.mjs';
import {fileMutations} from './mutations-files.mjs';
import {historyMutations} from './mutations-history.mjs';
import {linkMutations} from './mutations-links.mjs';
import {presenceMutations} from './mutations-presence.mjs';
import {whisperMutations} from './mutations-whispers.mjs';

export const mutations = [
	...linkMutations,
	...presenceMutations,
	...historyMutations,
	...effectMutations,
	...fileMutations,
	...whisperMutations,
];
