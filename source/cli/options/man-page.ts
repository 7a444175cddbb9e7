/** The manual page in the macros of man(7), generated from the tables of options and sub-commands. */
import {environmentName, listOptionSpecs, type OptionSpec, optionGroups, optionTable} from './option-table.js';
import {namedCommands, subCommandTable, subCommandUsage} from './sub-command-table.js';

/** Text of the page p2pchat-ink(1). `date`: the day of the release, for example 2026-11-28. */
export function manPage(version: string, date: string): string {
	return [
		`.TH P2PCHAT-INK 1 "${roff(date)}" "p2pchat-ink ${roff(version)}" "User Commands"`,
		'.SH NAME',
		'p2pchat\\-ink \\- chat on the local network without a server',
		'.SH SYNOPSIS',
		...(['chat', ...namedCommands] as const).flatMap(name => ['.nf', roff(subCommandUsage(name)), '.fi']),
		'.SH DESCRIPTION',
		roff(
			'The program finds everybody on the local network who runs it, holds one encrypted connection to each of them, and shows the messages of the room, including those from before you joined.',
		),
		'.SH COMMANDS',
		...namedCommands.flatMap(name => [
			'.TP',
			`.B ${roff(
				subCommandUsage(name)
					.replace(/^p2pchat-ink /, '')
					.replace(/ \[options\]$/, ''),
			)}`,
			roff(subCommandTable[name].description),
			'.br',
			`Example: ${roff(`p2pchat-ink ${name} ${subCommandTable[name].example}`)}`,
		]),
		'.SH OPTIONS',
		...optionGroups.flatMap(({title, keys}) => [
			`.SS ${roff(title)}`,
			...keys.flatMap(key => optionLines(optionTable[key])),
		]),
		'.SH ENVIRONMENT',
		roff('Flags take precedence over these variables, and the variables over config.json in the data folder.'),
		...listOptionSpecs().flatMap(([, spec]) => {
			const name = environmentName(spec);
			return name === undefined ? [] : ['.TP', `.B ${roff(name)}`, `The same as \\fB\\-\\-${roff(spec.long)}\\fR.`];
		}),
		'.TP',
		'.B P2PCHAT_SECRET',
		'The secret of the room. It is never given on the command line.',
		'.TP',
		'.B DEBUG',
		roff('p2pchat* writes debug messages to standard error.'),
		'.SH EXIT STATUS',
		'0: success. 1: failed, or not delivered. 2: wrong usage.',
		'',
	].join('\n');
}

function optionLines({long, short, placeholder, help, defaultText}: OptionSpec): string[] {
	const flags = [...(short === undefined ? [] : [`-${short}`]), `--${long}`].map(flag => `\\fB${roff(flag)}\\fR`);
	const value = placeholder === undefined ? '' : ` \\fI${roff(placeholder)}\\fR`;
	return [
		'.TP',
		`${flags.join(', ')}${value}`,
		roff(`${help}${defaultText === undefined ? '' : ` (default: ${defaultText})`}`),
	];
}

/**
 * Escapes a text for roff. A hyphen becomes `\-`, which is shown as a minus sign that users can copy. A period or an
 * apostrophe at the start of the text is escaped, because it would begin a roff request.
 */
function roff(text: string): string {
	return text.replaceAll('\\', '\\e').replaceAll('-', '\\-').replaceAll('…', '\\[u2026]').replace(/^[.']/, '\\&$&');
}
