/**
 * Ends with a sentence on systems that the demo does not run on, before a shell reads anything that only others know.
 * Plain JavaScript, because it runs before anything is installed.
 */
import '../scripts/nodeVersion.mjs';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Whether the C library is musl, as on Alpine; Node names the version of glibc where it is that one. */
function isMusl() {
	if (process.platform !== 'linux') return false;
	/** @type {unknown} */
	const report = process.report.getReport();
	const header = typeof report === 'object' && report !== null && 'header' in report ? report.header : undefined;
	return typeof header === 'object' && header !== null && !('glibcVersionRuntime' in header);
}

/** Whether there is a Node for this system that the demo's n8n runs on. */
function hasNode() {
	/** @type {unknown} */
	const nodes = JSON.parse(readFileSync(join(import.meta.dirname, '..', 'tools', 'nodePackages.json'), 'utf8'));
	return typeof nodes === 'object' && nodes !== null && `${process.platform} ${process.arch}` in nodes;
}

/** Why the demo does not run here; undefined where it does. */
function whyNotHere() {
	if (process.platform === 'win32') {
		return `npm start does not run on Windows itself, only on Linux and macOS. The Windows Subsystem for Linux (WSL) will do: set it
up with 'wsl --install', and in its shell install Node, clone this project and run npm start. The editor then opens in the
browser of Windows as well.`;
	}
	if (isMusl()) {
		return `npm start needs a Linux with glibc, such as Debian, Ubuntu or Fedora: the Node that comes with its n8n does not run on
musl, the C library of Alpine.`;
	}
	if (hasNode()) return undefined;
	return `npm start does not run on ${process.platform} ${process.arch}: there is no Node to be had for it that its n8n runs on.`;
}

const reason = whyNotHere();
if (reason !== undefined) {
	console.error(reason);
	process.exitCode = 1;
}
