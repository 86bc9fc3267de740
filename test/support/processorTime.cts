/** Milliseconds that this process has computed so far: what others do on the machine does not count, as it would by the clock. */
export function processorTime(): number {
	const { user, system } = process.cpuUsage();
	return (user + system) / 1000;
}
