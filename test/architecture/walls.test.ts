/** Plants one violation per rule of the linter into a copy of the source and checks that the linter refuses it. */
import {execFile} from 'node:child_process';
import {cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {dirname, join} from 'node:path';
import {afterAll, beforeAll, describe, expect, it, test} from 'vitest';

/** Each folder of `source/`: the folders that it may import, and the packages and globals that it must not use. */
const LAYERS: Readonly<
	Record<string, {imports: readonly string[]; packages?: readonly string[]; globals?: readonly string[]}>
> = {
	core: {
		imports: [],
		packages: ['ink', 'react', 'meow', 'msgpackr', 'immer', 'node:fs'],
		globals: ['Date', 'setTimeout', 'setInterval', 'performance', 'process', 'Buffer', 'crypto'],
	},
	codec: {
		imports: ['core'],
		packages: ['ink', 'react', 'meow', 'immer', 'node:fs'],
		globals: ['Date', 'setTimeout', 'setInterval', 'performance', 'process', 'crypto'],
	},
	feed: {imports: ['core', 'codec'], packages: ['ink', 'react', 'meow', 'immer', 'msgpackr']},
	storage: {imports: ['core', 'codec', 'feed'], packages: ['ink', 'react', 'meow', 'immer', 'msgpackr']},
	network: {imports: ['core', 'codec', 'feed'], packages: ['ink', 'react', 'meow', 'immer', 'msgpackr']},
	node: {
		imports: ['core', 'codec', 'feed', 'storage', 'network'],
		packages: ['ink', 'react', 'meow', 'immer', 'msgpackr'],
	},
	page: {
		imports: ['core'],
		packages: ['ink', 'react', 'meow', 'immer', 'msgpackr', 'node:fs'],
		globals: ['Date', 'setTimeout', 'performance', 'process', 'Buffer'],
	},
	invite: {imports: ['core', 'node', 'page'], packages: ['ink', 'react', 'meow', 'immer', 'msgpackr']},
	doctor: {
		imports: ['core', 'codec', 'feed', 'storage', 'network', 'node'],
		packages: ['ink', 'react', 'meow', 'immer', 'msgpackr'],
	},
	ui: {imports: ['core', 'node', 'doctor'], packages: ['meow', 'immer', 'msgpackr', 'node:fs']},
	cli: {imports: ['core', 'codec', 'feed', 'storage', 'network', 'node', 'page', 'invite', 'doctor', 'ui']},
};

/** Each folder of `network/`: the folders of `network/` that it may import. */
const NETWORK_LAYERS: Readonly<Record<string, readonly string[]>> = {
	scheduling: [],
	transport: ['scheduling'],
	link: ['scheduling', 'transport'],
	sync: ['scheduling', 'link'],
	files: ['scheduling', 'link'],
	discovery: ['scheduling', 'transport', 'link'],
	dial: ['scheduling', 'transport', 'link', 'discovery'],
	mesh: ['scheduling', 'transport', 'link', 'discovery', 'dial'],
};

/** Folders of `ui/` that must not import each other, one per screen. */
const SCREENS: readonly string[] = ['chat', 'replay', 'linear'];

interface Planted {
	readonly title: string;
	readonly path: string;
	readonly text: string;
	readonly rule: string;
}

const layers = Object.keys(LAYERS);
const fileName = (name: string) => `planted-${name.replaceAll(/\W/g, '-')}.ts`;
const importOf = (specifier: string) => `import * as planted from '${specifier}';\nexport const value = planted;\n`;
const RESTRICTED_IMPORT = 'lint/style/noRestrictedImports';
const CYCLE = 'lint/suspicious/noImportCycles';

/**
 * Subfolders with a linter rule of their own, because the rule of the parent folder forbids paths that begin with
 * `../`.
 */
const OWN_RULES: Readonly<Record<string, readonly string[]>> = {storage: ['files/']};

/** Plants each forbidden import twice: in a file of the layer's folder, and in a file of a folder below. */
function plantImports(layer: string): Planted[] {
	const {imports, packages = []} = LAYERS[layer]!;
	const forbidden = layers.filter(name => name !== layer && !imports.includes(name));
	return ['', 'planted/', ...(OWN_RULES[layer] ?? [])].flatMap(folder => [
		...forbidden.map(name => ({
			title: `${folder}${fileName(name)} imports ${name}`,
			path: `${layer}/${folder}${fileName(name)}`,
			text: importOf(`${folder && '../'}../${name}/some-module.js`),
			rule: RESTRICTED_IMPORT,
		})),
		...packages.map(name => ({
			title: `${folder}${fileName(name)} imports ${name}`,
			path: `${layer}/${folder}${fileName(name)}`,
			text: importOf(name),
			rule: name.startsWith('node:') ? 'lint/correctness/noNodejsModules' : RESTRICTED_IMPORT,
		})),
	]);
}

const plantGlobals = (layer: string): Planted[] =>
	(LAYERS[layer]!.globals ?? []).map(name => ({
		title: `a file uses ${name}`,
		path: `${layer}/${fileName(`global ${name}`)}`,
		text: `export const planted = () => ${name};\n`,
		rule: 'lint/style/noRestrictedGlobals',
	}));

const networkFolders = Object.keys(NETWORK_LAYERS);
const plantNetworkImport = (folder: string, name: string): Planted => ({
	title: `network/${folder} imports network/${name}`,
	path: `network/${folder}/${fileName(name)}`,
	text: importOf(`../${name}/some-module.js`),
	rule: RESTRICTED_IMPORT,
});

const plantScreenImport = (folder: string, name: string): Planted => ({
	title: `ui/${folder} imports ui/${name}`,
	path: `ui/${folder}/${fileName(name)}`,
	text: importOf(`../${name}/some-module.js`),
	rule: RESTRICTED_IMPORT,
});

/** Plants a comparison of text that does not use `foldText`, the only function allowed to fold text. */
const plantComparison = (folder: string, expression: string): Planted => ({
	title: `${folder} uses ${expression}`,
	path: `${folder}/${fileName(expression)}`,
	text: `export const planted = (text: string) => text.${expression};\n`,
	rule: 'plugin',
});

/** Plants two files that import each other. */
function plantCycle(name: string, keyword: string): Planted[] {
	const end = (own: string, other: string): Planted => ({
		title: `${name}, ${own}`,
		path: `core/planted-${own}.ts`,
		text: `${keyword} {Planted as Other} from './planted-${other}.js';\nexport class Planted {\n\tother?: Other;\n${keyword === 'import' ? '\treadonly made = new Other();\n' : ''}}\n`,
		rule: CYCLE,
	});
	const [a, b] = [`${name.replaceAll(' ', '-')}-a`, `${name.replaceAll(' ', '-')}-b`];
	return [end(a, b), end(b, a)];
}

const walls = layers.map(layer => ({layer, planted: [...plantImports(layer), ...plantGlobals(layer)]}));
const networkWalls = networkFolders.map(folder => ({
	layer: `network/${folder}`,
	planted: networkFolders
		.filter(name => name !== folder && !NETWORK_LAYERS[folder]!.includes(name))
		.map(name => plantNetworkImport(folder, name)),
}));
const screenWalls = SCREENS.map(folder => ({
	layer: `ui/${folder}`,
	planted: [
		...SCREENS.filter(name => name !== folder).map(name => plantScreenImport(folder, name)),
		{...plantScreenImport(folder, 'network'), text: importOf('../../network/some-module.js')},
	],
}));
const cycles = [
	{kind: 'an import cycle', planted: plantCycle('import cycle', 'import')},
	{kind: 'a type-only import cycle', planted: plantCycle('type-only import cycle', 'import type')},
];
const comparisons = [
	'core',
	'node',
	'ui/chat',
	'ui/replay',
	'ui/timeline',
	'cli/commands',
	'network',
	'storage',
].flatMap(folder =>
	['toLowerCase()', 'toUpperCase()', "toLocaleLowerCase('en')", "localeCompare('a')", "normalize('NFC')"].map(
		expression => plantComparison(folder, expression),
	),
);
const permittedComparisons = ['ui/input', 'cli/options'].map(folder => plantComparison(folder, 'toLowerCase()'));
const permittedInNetwork = networkFolders.flatMap(folder =>
	NETWORK_LAYERS[folder]!.map(name => plantNetworkImport(folder, name)),
);
const permittedInUi = SCREENS.map(folder => plantScreenImport(folder, 'timeline'));
const permitted: Planted[] = layers.flatMap(layer =>
	LAYERS[layer]!.imports.map(name => ({
		title: `${layer} imports ${name}`,
		path: `${layer}/${fileName(name)}`,
		text: importOf(`../${name}/some-module.js`),
		rule: RESTRICTED_IMPORT,
	})),
);

const allPermitted = [...permitted, ...permittedInNetwork, ...permittedInUi, ...permittedComparisons];

const root = join(import.meta.dirname, '../..');
let copy: string;
/** Refused violations: path of the file below `source/`, a space, and the rule that refused the file. */
let refused: Set<string>;

beforeAll(async () => {
	copy = mkdtempSync(join(tmpdir(), 'p2pchat-walls-'));
	cpSync(join(root, 'source'), join(copy, 'source'), {recursive: true});
	symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
	cpSync(join(root, '.biome.json'), join(copy, '.biome.json'));
	cpSync(join(root, '.config'), join(copy, '.config'), {recursive: true});
	const planted = [...walls, ...networkWalls, ...screenWalls, ...cycles].flatMap(({planted}) => planted);
	for (const {path, text} of [...planted, ...comparisons, ...allPermitted]) {
		mkdirSync(dirname(join(copy, 'source', path)), {recursive: true});
		writeFileSync(join(copy, 'source', path), text);
	}

	refused = new Set(await lint());
}, 60_000);

afterAll(() => rmSync(copy, {recursive: true, force: true}));

function lint(): Promise<string[]> {
	const args = ['lint', '--reporter=json', '--max-diagnostics=none', 'source'];
	return new Promise((resolve, reject) => {
		// biome exits with an error code because there are violations.
		execFile(join(root, 'node_modules/.bin/biome'), args, {cwd: copy, maxBuffer: 2 ** 26}, (_, stdout, stderr) => {
			if (!stdout.startsWith('{')) return reject(new Error(stderr));
			const {diagnostics} = JSON.parse(stdout);
			resolve(
				diagnostics.map(
					({category, location}: {category: string; location: {path: string}}) =>
						`${location.path.replace(/^.*?source\//, '')} ${category}`,
				),
			);
		});
	});
}

it('every folder of the source has a row in the table of layers', () => {
	const folders = readdirSync(join(root, 'source'), {withFileTypes: true}).filter(entry => entry.isDirectory());
	// The examples are programs of their own, which import the package.
	const names = folders.map(({name}) => name).filter(name => name !== 'examples');
	expect(names.toSorted()).toEqual(layers.toSorted());
});

/** Titles of the planted violations that the linter accepted. */
function passed(planted: readonly Planted[]): string[] {
	return planted.filter(({path, rule}) => !refused.has(`${path} ${rule}`)).map(({title}) => title);
}

describe('the linter refuses', () => {
	test.each([...walls, ...networkWalls, ...screenWalls])(
		'the linter refuses every forbidden import and global in $layer',
		({planted}) => {
			expect(passed(planted)).toEqual([]);
		},
	);

	test('the linter refuses every comparison of text that does not use foldText', () => {
		expect(passed(comparisons)).toEqual([]);
	});

	test.each(cycles)('the linter refuses $kind', ({planted}) => {
		expect(passed(planted)).toEqual([]);
	});
});

it('the linter accepts imports from lower layers, and `toLowerCase` on the names of keys and options', () => {
	const rejected = allPermitted.filter(({path, rule}) => refused.has(`${path} ${rule}`));
	expect(rejected.map(({title}) => title)).toEqual([]);
});
