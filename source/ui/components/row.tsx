import {Box, Text} from 'ink';
import {memo, type ReactNode} from 'react';
import type {Segment, Style} from '../theme.js';

/** Ink's names for our styles; a style that is absent is not passed at all. */
export function textProps(style: Style | undefined) {
	if (!style) return {};
	return {
		...(style.color && {color: style.color}),
		...(style.bold && {bold: true}),
		...(style.dim && {dimColor: true}),
		...(style.inverse && {inverse: true}),
		...(style.underline && {underline: true}),
		...(style.italic && {italic: true}),
	};
}

function Segments({segments}: {readonly segments: readonly Segment[]}): ReactNode {
	return segments.map((segment, index) => (
		// biome-ignore lint/suspicious/noArrayIndexKey: segments have no identity beyond their place
		<Text key={index} {...textProps(segment.style)}>
			{segment.text}
		</Text>
	));
}

export interface RowProps {
	readonly segments: readonly Segment[];
	/** Drawn behind the segments' own styles, over the whole row. */
	readonly style?: Style;
}

/** One terminal row: never squeezed by its neighbours, never wrapped. */
export const RowLine = memo(function RowLine({segments, style}: RowProps): ReactNode {
	return (
		<Box height={1} flexShrink={0}>
			<Text wrap="truncate" {...textProps(style)}>
				<Segments segments={segments} />
			</Text>
		</Box>
	);
});
