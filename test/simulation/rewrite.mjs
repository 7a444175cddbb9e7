// Finds a function by name in the syntax trees of `source/` and plans the edit of one place in it. Format: mutations.mjs.
import {readdirSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import {parseAst} from 'vitest/node';

const FUNCTIONS = new Set(['FunctionDeclaration', 'FunctionExpression', 'ArrowFunctionExpression']);
const LOOPS = new Set(['ForStatement', 'ForOfStatement', 'ForInStatement', 'WhileStatement', 'DoWhileStatement']);
const WRAPPERS = new Set(['ChainExpression', 'AwaitExpression', 'ParenthesizedExpression', 'TSNonNullExpression']);

const isNode = value => typeof value?.type === 'string';

function childrenOf(node) {
	return Object.values(node)
		.flat()
		.filter(isNode)
		.sort((a, b) => a.start - b.start);
}

/** Name of a function: its own name, the name of the variable that holds it, or its key in an object or class. */
function nameOf(node, parent) {
	if (!FUNCTIONS.has(node.type)) return undefined;
	if (node.id) return node.id.name;
	if (parent.type === 'VariableDeclarator') return parent.id.name;
	if (parent.type === 'Property' || parent.type === 'MethodDefinition') return parent.key.name;
	return undefined;
}

/** Every named function as `{path, node, file, text}`. `path` is the names of the enclosing functions, then its own. */
function readFunctions(file, text) {
	const found = [];
	function visit(node, parent, path) {
		const name = nameOf(node, parent);
		const inside = name === undefined ? path : [...path, name];
		if (name !== undefined) found.push({path: inside, node, file, text});
		for (const child of childrenOf(node)) visit(child, node, inside);
	}

	const program = parseAst(text, {lang: file.endsWith('x') ? 'tsx' : 'ts'});
	for (const statement of program.body) visit(statement, program, []);
	return found;
}

/** All named functions of a folder of sources. */
export function readSources(folder) {
	return readdirSync(folder, {recursive: true, encoding: 'utf8'})
		.filter(name => /\.tsx?$/.test(name))
		.flatMap(name => readFunctions(join(folder, name), readFileSync(join(folder, name), 'utf8')));
}

/** `createSync.push`: the function `push` directly within `createSync`. Throws unless there is exactly one. */
function findFunction(functions, name) {
	const wanted = name.split('.');
	const found = functions.filter(({path}) => wanted.every((part, at) => path.at(at - wanted.length) === part));
	if (found.length !== 1) throw new Error(`function ${name}: ${found.length} found, 1 expected`);
	return found[0];
}

/** Syntax nodes of a function as `[node, parent]` in text order, without those of named inner functions. */
function nodesOf(root) {
	const nodes = [];
	function visit(node, parent) {
		if (node !== root && nameOf(node, parent) !== undefined) return;
		nodes.push([node, parent]);
		for (const child of childrenOf(node)) visit(child, node);
	}

	visit(root, root);
	return nodes;
}

/** The `count`-th item, from 1. A negative count starts at the end. Without a count there must be exactly one item. */
function pick(found, count, what) {
	if (count === undefined && found.length !== 1) throw new Error(`${what}: ${found.length} found, 1 expected`);
	const chosen = count === undefined ? found[0] : found.at(count > 0 ? count - 1 : count);
	if (!chosen) throw new Error(`${what}: ${found.length} found, number ${count} expected`);
	return chosen;
}

function calledName({callee}) {
	return callee.type === 'MemberExpression' ? callee.property.name : callee.name;
}

/** The statement that consists only of the expression `node`, or `node` itself if there is none. */
function wholeOf(nodes, node) {
	const parent = nodes.find(([child]) => child === node)?.[1];
	if (parent && WRAPPERS.has(parent.type)) return wholeOf(nodes, parent);
	return parent?.type === 'ExpressionStatement' ? parent : node;
}

/** The parts of `a || b || c` (also `&&` and `??`). */
function operandsOf(node) {
	if (node.type !== 'LogicalExpression') return [node];
	const left = node.left.operator === node.operator ? operandsOf(node.left) : [node.left];
	return [...left, node.right];
}

/** Replacement as `[start, end, text]`. */
function planEdit({node, text}, edit) {
	const nodes = nodesOf(node);
	const ofType = (...types) => nodes.map(([one]) => one).filter(one => types.includes(one.type));
	const textOf = ({start, end}) => text.slice(start, end);
	const instead = one => [one.start, one.end, edit.becomes.replaceAll('$', () => textOf(one))];

	if (edit.begins) return [node.body.start + 1, node.body.start + 1, `\n${edit.begins}\n`];
	if (edit.condition) {
		const tests = ofType('IfStatement', 'ConditionalExpression').map(one => one.test);
		const test = pick(tests, edit.condition, 'condition');
		if (!edit.without) return instead(test);
		const operands = operandsOf(test);
		const dropped = pick(operands, edit.without, 'operand');
		if (operands.length < 2) throw new Error('operand: the condition has only one');
		const kept = operands.filter(one => one !== dropped).map(one => `(${textOf(one)})`);
		return [test.start, test.end, kept.join(` ${test.operator} `)];
	}

	if (edit.loop) {
		const loops = nodes.map(([one]) => one).filter(one => LOOPS.has(one.type));
		const {start, end} = pick(loops, edit.loop, 'loop');
		return [start, end, '{}'];
	}

	if (edit.returned) return instead(pick(ofType('ReturnStatement'), edit.returned, 'return').argument);
	if (edit.variable) {
		const named = ofType('VariableDeclarator').filter(({id}) => id.name === edit.variable);
		return instead(pick(named, edit.number, `variable ${edit.variable}`).init);
	}

	if (edit.limit) {
		const uses = ofType('Identifier').filter(({name}) => name === edit.limit);
		return instead(pick(uses, edit.number, `use of ${edit.limit}`));
	}

	if (edit.unassigned) {
		const targets = ofType('AssignmentExpression').filter(
			({left}) => (left.type === 'MemberExpression' ? left.property.name : left.name) === edit.unassigned,
		);
		const {start, end} = wholeOf(nodes, pick(targets, edit.number, `assignment to ${edit.unassigned}`));
		return [start, end, '{}'];
	}

	if (!edit.call) throw new Error('the edit names no place');
	const calls = ofType('CallExpression').filter(one => calledName(one) === edit.call);
	const call = pick(calls, edit.number, `call of ${edit.call}`);
	const whole = wholeOf(nodes, call);
	if (edit.argument) return instead(pick(call.arguments, edit.argument, `argument of ${edit.call}`));
	if (edit.onlyIf) return [whole.start, whole.end, `{if (${edit.onlyIf}) ${textOf(whole)}}`];
	if (edit.before) return [whole.start, whole.end, `{${edit.before} ${textOf(whole)}}`];
	if (edit.becomes === 'removed') return [whole.start, whole.end, whole === call ? 'undefined' : '{}'];
	if (edit.becomes === 'its object') return [call.start, call.end, textOf(call.callee.object)];
	const argument = /^its argument (\d)$/.exec(edit.becomes)?.[1];
	if (argument) return [call.start, call.end, textOf(call.arguments[argument - 1])];
	return instead(call);
}

/** `{file, start, end, text, shown}` for each edit of a rule. Throws with the rule's title if a place is not found. */
export function planRule(functions, {rule, edits}) {
	return edits.map(edit => {
		try {
			const place = findFunction(functions, edit.in);
			const [start, end, text] = planEdit(place, edit);
			const before = place.text.slice(start, end).replaceAll(/\s+/g, ' ');
			return {file: place.file, start, end, text, shown: `${edit.in}: ${before || '(inserted)'} -> ${text.trim()}`};
		} catch (error) {
			throw new Error(`rule "${rule}", in ${edit.in}: ${error.message}`);
		}
	});
}
