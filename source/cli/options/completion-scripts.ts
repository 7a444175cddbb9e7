/** Completion scripts for bash, zsh and fish, generated from the tables of options and sub-commands. */
import {type CommandName, commandNames, listOptionSpecs, type OptionSpec} from './option-table.js';
import {namedCommands, subCommandTable} from './sub-command-table.js';

export const completionShells = ['bash', 'zsh', 'fish'] as const;
export type CompletionShell = (typeof completionShells)[number];

/** What an option takes as its value: one of some words, the path of a file or folder, any text, or no value. */
function valuesOf({kind, placeholder = ''}: OptionSpec): readonly string[] | 'files' | 'folders' | 'any' | 'none' {
	if (kind === 'switch') return 'none';
	if (placeholder === 'FILE') return 'files';
	if (placeholder === 'FOLDER') return 'folders';
	// Words in lower case are the values themselves. A word in capital letters describes a value, for example NUMBER.
	return placeholder.includes('|') ? placeholder.split('|').filter(word => word === word.toLowerCase()) : 'any';
}

function optionsOf(command: CommandName): OptionSpec[] {
	return listOptionSpecs()
		.map(([, spec]) => spec)
		.filter(({commands}) => commands.includes(command));
}

/** The completion script for a shell, without a final newline. */
export function completionScript(shell: CompletionShell): string {
	switch (shell) {
		case 'bash':
			return bashScript();
		case 'zsh':
			return zshScript();
		case 'fish':
			return fishScript();
	}
}

const flagsOf = (command: CommandName) =>
	optionsOf(command).flatMap(({long, short}) => [`--${long}`, ...(short === undefined ? [] : [`-${short}`])]);

function bashScript(): string {
	const values = listOptionSpecs().flatMap(([, spec]) => {
		const pattern = [`--${spec.long}`, ...(spec.short === undefined ? [] : [`-${spec.short}`])].join('|');
		const found = valuesOf(spec);
		if (found === 'none') return [];
		if (found === 'files') return [`\t\t${pattern}) COMPREPLY=($(compgen -f -- "$word")); return ;;`];
		if (found === 'folders') return [`\t\t${pattern}) COMPREPLY=($(compgen -d -- "$word")); return ;;`];
		if (found === 'any') return [`\t\t${pattern}) return ;;`];
		return [`\t\t${pattern}) COMPREPLY=($(compgen -W '${found.join(' ')}' -- "$word")); return ;;`];
	});
	const commands = commandNames.map(name => {
		const {completes} = subCommandTable[name];
		const words = [...flagsOf(name), ...(Array.isArray(completes) ? completes : [])];
		const commandWords = name === 'chat' ? [...namedCommands, ...words] : words;
		const files = completes === 'logs' || completes === 'files' ? ' $(compgen -f -- "$word")' : '';
		return `\t\t${name}) COMPREPLY=($(compgen -W '${commandWords.join(' ')}' -- "$word")${files}) ;;`;
	});
	return [
		'# Completion of p2pchat-ink for bash. Add to ~/.bashrc: eval "$(p2pchat-ink completion bash)"',
		'_p2pchat_ink() {',
		'\tlocal word=$2 previous=$3 command=chat index',
		'\tcase $previous in',
		...values,
		'\tesac',
		'\tfor ((index = 1; index < COMP_CWORD; index++)); do',
		`\t\tcase \${COMP_WORDS[index]} in ${namedCommands.join('|')}) command=\${COMP_WORDS[index]}; break ;; esac`,
		'\tdone',
		'\tcase $command in',
		...commands,
		'\tesac',
		'}',
		'complete -o filenames -F _p2pchat_ink p2pchat-ink',
	].join('\n');
}

/** Escapes a text for single quotes and for the brackets and colons of an `_arguments` specification. */
const zshText = (text: string) => text.replaceAll("'", "'\\''").replace(/[[\]:\\]/g, '\\$&');

function zshScript(): string {
	const specification = (spec: OptionSpec) => {
		const {long, short, kind, placeholder = '', help} = spec;
		const found = valuesOf(spec);
		const action =
			found === 'files'
				? '_files'
				: found === 'folders'
					? '_files -/'
					: Array.isArray(found)
						? `(${found.join(' ')})`
						: ' ';
		const value = found === 'none' ? '' : `:${zshText(placeholder)}:${action}`;
		const repeat = kind === 'list' ? '*' : '';
		return [`--${long}`, ...(short === undefined ? [] : [`-${short}`])].map(
			flag =>
				`'${repeat}${flag}${value === '' ? '' : '='.repeat(flag.startsWith('--') ? 1 : 0)}[${zshText(help)}]${value}'`,
		);
	};
	const cases = namedCommands.map(name => {
		const {completes} = subCommandTable[name];
		const operand =
			completes === undefined
				? []
				: [Array.isArray(completes) ? `'*:argument:(${completes.join(' ')})'` : "'*:file:_files'"];
		return `\t\t${name}) _arguments ${[...optionsOf(name).flatMap(specification), ...operand].join(' ')} ;;`;
	});
	return [
		'#compdef p2pchat-ink',
		'# Completion of p2pchat-ink for zsh. Add to ~/.zshrc after compinit: eval "$(p2pchat-ink completion zsh)"',
		'_p2pchat_ink() {',
		'\tlocal command=chat word',
		`\tfor word in \${words[2,CURRENT-1]}; do`,
		`\t\tcase $word in ${namedCommands.join('|')}) command=$word; break ;; esac`,
		'\tdone',
		'\tcase $command in',
		`\t\tchat) _arguments ${optionsOf('chat').flatMap(specification).join(' ')} '1:command:((${namedCommands
			.map(name => `${name}\\:"${zshText(subCommandTable[name].summary)}"`)
			.join(' ')}))' ;;`,
		...cases,
		'\tesac',
		'}',
		'compdef _p2pchat_ink p2pchat-ink',
	].join('\n');
}

const fishText = (text: string) => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;

function fishScript(): string {
	const start = 'complete -c p2pchat-ink';
	const named = namedCommands.join(' ');
	const lines = namedCommands.map(
		name => `${start} -n __fish_use_subcommand -a ${name} -d ${fishText(subCommandTable[name].summary)}`,
	);
	for (const [, spec] of listOptionSpecs()) {
		const {long, short, help, commands} = spec;
		const found = valuesOf(spec);
		const where = commands.filter(name => name !== 'chat').join(' ');
		// The chat runs if no command is named. Therefore its options are offered until the user has typed the name of
		// a command.
		const conditions = [
			...(commands.includes('chat') ? [`not __fish_seen_subcommand_from ${named}`] : []),
			...(where === '' ? [] : [`__fish_seen_subcommand_from ${where}`]),
		];
		const value =
			found === 'none'
				? ''
				: found === 'files'
					? ' -r -F'
					: found === 'folders'
						? " -x -a '(__fish_complete_directories)'"
						: Array.isArray(found)
							? ` -x -a ${fishText(found.join(' '))}`
							: ' -x';
		const flag = `-l ${long}${short === undefined ? '' : ` -s ${short}`}`;
		lines.push(`${start} -n ${fishText(conditions.join('; or '))} ${flag}${value} -d ${fishText(help)}`);
	}
	for (const name of namedCommands) {
		const {completes} = subCommandTable[name];
		const condition = `__fish_seen_subcommand_from ${name}`;
		if (Array.isArray(completes)) lines.push(`${start} -n ${fishText(condition)} -a ${fishText(completes.join(' '))}`);
		else if (completes !== undefined) lines.push(`${start} -n ${fishText(condition)} -F`);
	}
	return [
		'# Completion of p2pchat-ink for fish. Save as ~/.config/fish/completions/p2pchat-ink.fish:',
		'#     p2pchat-ink completion fish > ~/.config/fish/completions/p2pchat-ink.fish',
		`${start} -f`,
		...lines,
	].join('\n');
}
