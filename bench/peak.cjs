/** Loaded into a process before its own code (`node --require`): writes at its end what it took to the file PEAK_FILE. */
const { writeFileSync } = require('node:fs');

process.on('exit', () => {
	const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage();
	const usage = {
		megabytes: maxRSS / 1024,
		processorSeconds: (userCPUTime + systemCPUTime) / 1e6,
		seconds: process.uptime(),
	};
	writeFileSync(process.env.PEAK_FILE, JSON.stringify(usage));
});
