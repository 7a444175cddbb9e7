import {Box} from 'ink';
import {type ReactNode, useState} from 'react';
import type {OrderKey} from '../../core/order.js';
import type {State} from '../../core/state.js';
import type {Row} from '../layout/paint-row.js';
import {createSlotDrawer, type Review} from '../timeline/draw-slots.js';
import type {RowOptions} from '../timeline/format-item.js';
import type {Item} from '../timeline/items.js';
import type {Viewport} from '../timeline/viewport.js';
import {Lines} from './lines.js';

export interface TimelinePaneProps {
	readonly state: State;
	readonly viewport: Viewport;
	readonly options: RowOptions;
	/** Rows it fills; the last entry stands at its bottom. */
	readonly height: number;
	readonly selected: OrderKey | undefined;
	/** In replay. */
	readonly review?: Review | undefined;
	rowsOf(item: Item): readonly Row[];
}

/** The timeline, live and in replay: draws the rows of a viewport and nothing else. */
export function TimelinePane({
	state,
	viewport,
	options,
	height,
	selected,
	review,
	rowsOf,
}: TimelinePaneProps): ReactNode {
	const [draw] = useState(createSlotDrawer);
	const rows = draw({state, slots: viewport.slots, options, selected, review, rowsOf});
	return (
		<Box flexDirection="column" justifyContent="flex-end" width={options.width} height={height} flexShrink={0}>
			<Lines rows={rows} width={options.width} />
		</Box>
	);
}
