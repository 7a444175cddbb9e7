import type {Action} from '../keys/bindings.js';
import type {Context} from './model.js';
import type {UiState} from './ui-state.js';

export function closesOverlay(action: Action): boolean {
	return (
		action === 'back' || action === 'interrupt' || action === 'details' || action === 'help' || action === 'network'
	);
}

/** The component clamps at the end, where the number of lines is known; here only the start is. */
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
		oldest: -1_000_000,
		newest: 1_000_000,
	};
	return {...ui, overlay: {...ui.overlay, scroll: Math.max(0, ui.overlay.scroll + (rows[action] ?? 0))}};
}
