/** A TCP port that stays the same can be opened in a firewall; any free one cannot. */
export const FIXED_TCP_PORT = 47_474;

/** How to let a port in, in the words of each system. */
export function allowIncoming(protocol: 'UDP' | 'TCP', port: number, platform: string | undefined): string {
	const lower = protocol.toLowerCase();
	switch (platform) {
		case 'linux':
			return `allow incoming ${protocol} port ${port} in the firewall: "sudo ufw allow ${port}/${lower}" or "sudo firewall-cmd --add-port=${port}/${lower}"`;
		case 'win32':
			return `allow incoming ${protocol} port ${port}, in PowerShell as administrator: New-NetFirewallRule -DisplayName p2pchat-ink -Direction Inbound -Protocol ${protocol} -LocalPort ${port} -Action Allow`;
		case 'darwin':
			return `allow incoming connections for "node" in System Settings, Network, Firewall, Options (${protocol} port ${port})`;
		default:
			return `allow incoming ${protocol} port ${port} in the firewall`;
	}
}
