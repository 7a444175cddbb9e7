import Color from 'colorjs.io';
import {describe, expect, test} from 'vitest';
import {HUE_COUNT} from '../../source/core/name-hues.js';
import {backgroundOf, createTheme, NAME_COLOURS_256, themeOf} from '../../source/ui/theme.js';

const BACKGROUNDS = {dark: ['#000000', '#1e1e1e', '#282c34', '#002b36'], light: ['#ffffff', '#fdf6e3']} as const;
/** Minimum CIEDE2000 distance that the theme promises between two colours of a palette. */
const MIN_DISTANCE = 18;
const CUBE = [0, 95, 135, 175, 215, 255];

/** One of the colours 16 to 231 of xterm. */
function xtermColour(index: number): Color {
	const cube = index - 16;
	const parts = [Math.floor(cube / 36), Math.floor(cube / 6) % 6, cube % 6].map(part => (CUBE[part] ?? 0) / 255);
	return new Color('srgb', [parts[0] ?? 0, parts[1] ?? 0, parts[2] ?? 0]);
}

describe.each(['dark', 'light'] as const)('the palette for a %s background', background => {
	const colours = NAME_COLOURS_256[background].map(xtermColour);

	test('a palette for names has one colour for each hue', () => {
		expect(new Set(NAME_COLOURS_256[background]).size).toBe(HUE_COUNT);
	});

	test('every colour of a palette for names has a contrast of at least 4.5 against common backgrounds', () => {
		for (const colour of colours) {
			for (const behind of BACKGROUNDS[background])
				expect(colour.contrast(new Color(behind), 'WCAG21')).toBeGreaterThanOrEqual(4.5);
		}
	});

	test('any two colours of a palette for names have a CIEDE2000 distance of at least 18', () => {
		for (const [index, colour] of colours.entries())
			for (const other of colours.slice(index + 1))
				expect(colour.deltaE(other, {method: '2000'})).toBeGreaterThanOrEqual(MIN_DISTANCE);
	});

	test('a palette for names lists the hues in the order of the colour circle', () => {
		const angles = colours.map(colour => colour.to('oklch').coords[2] ?? 0);
		const descents = angles.filter((angle, index) => angle > (angles[(index + 1) % angles.length] ?? 0));
		expect(descents).toHaveLength(1);
	});
});

describe('names', () => {
	const styles = (depth: 0 | 16 | 256) =>
		Array.from({length: HUE_COUNT}, (_, hue) => JSON.stringify(createTheme({unicode: true, depth}).nameStyle(hue)));

	test('the names of ten people have different styles in a terminal with 256 colours, and also in one with 16 colours, where some names are underlined', () => {
		expect(new Set(styles(256)).size).toBe(HUE_COUNT);
		expect(new Set(styles(16)).size).toBe(HUE_COUNT);
		expect(styles(16).some(style => style.includes('underline'))).toBe(true);
	});

	test('the names of people have at least four different styles even in a terminal without colours', () => {
		expect(new Set(styles(0)).size).toBeGreaterThanOrEqual(4);
		expect(styles(0).join('')).not.toContain('color');
	});
});

describe('the background', () => {
	test.each([
		[{}, 'dark'],
		[{COLORFGBG: '15;0'}, 'dark'],
		[{COLORFGBG: '0;15'}, 'light'],
		[{COLORFGBG: '0;default;15'}, 'light'],
		[{COLORFGBG: '0;7'}, 'light'],
		[{COLORFGBG: '7;8'}, 'dark'],
		[{COLORFGBG: 'default'}, 'dark'],
	] as const)('the background that the environment %o reports is %s', (environment, expected) => {
		expect(backgroundOf(environment)).toBe(expected);
	});

	test('the background that the user chose is used even if the terminal reports another background', () => {
		expect(backgroundOf({COLORFGBG: '0;15'}, 'dark')).toBe('dark');
		const environment = {TERM: 'xterm-256color', COLORFGBG: '15;0'};
		expect(themeOf(environment, {mono: false, theme: 'light'}).nameStyle(0)).toEqual({
			color: `ansi256(${NAME_COLOURS_256.light[0]})`,
		});
	});
});
