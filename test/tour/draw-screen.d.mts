export interface Style {
	/** `#rrggbb`; undefined: the default colour of the terminal. */
	readonly foreground?: string;
	readonly background?: string;
	readonly bold: boolean;
	readonly dim: boolean;
	readonly italic: boolean;
	readonly underline: boolean;
	readonly inverse: boolean;
}

export interface Cell {
	readonly text: string;
	/** Width in cells; 0 for the second half of a wide glyph. */
	readonly width: number;
	readonly style: Style;
}

export interface Screen {
	readonly rows: readonly (readonly Cell[])[];
	readonly cursor: {readonly x: number; readonly y: number} | undefined;
	readonly title: string;
	/** Background of the terminal. Default: dark. */
	readonly theme?: 'dark' | 'light';
}

export function paletteColour(index: number, theme?: 'dark' | 'light'): string;
export function drawScreen(screen: Screen): string;
