import type {State} from '../../core/state.js';
import type {SelfInfo} from '../../session/session.js';
import type {FrameOf} from './frame.js';
import type {Effect} from './message.js';
import type {UiState} from './ui-state.js';

/** What a step may look at beside the state of the screen. Steps are pure over it. */
export interface Context {
	readonly state: State;
	readonly self: SelfInfo;
	/** Wall clock, ms. */
	readonly now: number;
	readonly frameOf: FrameOf;
}

/** The new state of the screen and what is to be done about it. */
export interface Step {
	readonly ui: UiState;
	readonly effects: readonly Effect[];
}

export function step(ui: UiState, ...effects: readonly Effect[]): Step {
	return {ui, effects};
}
