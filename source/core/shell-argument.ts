/** Arguments in the commands that the program prints, so that the user can copy them into a shell. */

/**
 * Quotes an argument for POSIX shells and PowerShell. The result also works in cmd.exe if spaces are the only
 * characters that need quotes.
 */
export function quoteShellArgument(argument: string): string {
	if (/^[\w@%+=:,./\\-]+$/.test(argument) && !argument.startsWith('-')) return argument;
	if (/^[^"$`!'\\]*$/.test(argument) || /^[A-Za-z]:\\[^"$`!]*$/.test(argument)) return `"${argument}"`;
	return `'${argument.replaceAll("'", `'\\''`)}'`;
}
