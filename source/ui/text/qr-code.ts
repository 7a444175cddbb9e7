/** Draws a QR code with half blocks: one character is one module wide and two modules high. */

/**
 * Lines of a QR code. A scanner expects dark modules on a light background. The background of the terminal already
 * shows one of the two: on a dark terminal only the light modules are drawn, on a light terminal only the dark modules.
 * `code`: rows of modules, true for dark.
 */
export function qrCodeLines(code: readonly (readonly boolean[])[], isLightBackground: boolean): string[] {
	const lines: string[] = [];
	const isDrawn = (row: readonly boolean[] | undefined, column: number) =>
		row !== undefined && row[column] === isLightBackground;
	for (let row = 0; row < code.length; row += 2) {
		const [upper, lower] = [code[row], code[row + 1]];
		const line = (upper ?? []).map((_, column) => {
			const [top, bottom] = [isDrawn(upper, column), isDrawn(lower, column)];
			return top ? (bottom ? '█' : '▀') : bottom ? '▄' : ' ';
		});
		lines.push(line.join(''));
	}
	return lines;
}
