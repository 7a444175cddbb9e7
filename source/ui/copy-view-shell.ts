/** Shows the copy view on an alternate screen of its own until a key comes. */
import {copyLines} from './copy-view.js';
import type {Token} from './keys/token.js';
import type {FrameOf} from './model/frame.js';
import type {Snapshot} from './screen-store.js';
import {ENTER_COPY_VIEW, LEAVE_COPY_VIEW} from './terminal/sequences.js';

export interface CopyView {
	/** Resolves when it was closed. */
	show(snapshot: Snapshot, frameOf: FrameOf): Promise<void>;
	/** True: the view is open and took these; any key closes it. */
	take(tokens: readonly Token[]): boolean;
	stop(): void;
}

export function showCopyView(
	write: (text: string) => void,
	size: {readonly columns: number; readonly rows: number},
): CopyView {
	let close: (() => void) | undefined;

	return {
		async show({state, ui}, frameOf) {
			const {view, viewport} = frameOf(state, ui);
			const lines = copyLines(state, view, view.length - viewport.below, size.columns, size.rows - 1);
			write(`${ENTER_COPY_VIEW}${lines.join('\r\n')}\r\n(select and copy with the terminal; any key returns)`);
			await new Promise<void>(resolve => {
				close = resolve;
			});
			close = undefined;
			write(LEAVE_COPY_VIEW);
		},
		take(tokens) {
			if (!close) return false;
			if (tokens.some(token => token.type === 'key' || token.type === 'text' || token.type === 'paste')) close();
			return true;
		},
		stop() {
			close?.();
		},
	};
}
