import type {Action} from '../keys/bindings.js';
import {scrollBy, TO_END, TO_START} from '../overlays/overlay-scroll.js';
import type {Context} from './model.js';
import type {UiState} from './ui-state.js';

export function closesOverlay(action: Action): boolean {
	return (
		action === 'back' || action === 'interrupt' || action === 'details' || action === 'help' || action === 'network'
	);
}

/** The component knows the number of lines and clamps. */
export function scrollOverlay(ui: UiState, action: Action, context: Context): UiState {
	if (!ui.overlay) return ui;
	const page = Math.max(1, context.frameOf(context.state, ui).layout.mainHeight - 3);
	const rows: Partial<Record<Action, number>> = {
		'page-up': -page,
		'page-down': page,
		'half-up': -(page >> 1),
		'half-down': page >> 1,
		'line-up': -1,
		'line-down': 1,
		'select-up': -1,
		'select-down': 1,
		oldest: TO_START,
		newest: TO_END,
	};
	return {...ui, overlay: {...ui.overlay, scroll: scrollBy(ui.overlay.scroll, rows[action] ?? 0)}};
}
