/** What the lock file of a folder asks for, and how much of it is there. */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** @param {string} folder */
const stampOf = (folder) => join(folder, 'node_modules', '.installed');

/**
 * What must be installed: a change of the lock file or of the platform asks for it anew.
 * @param {string} folder
 */
function wanted(folder) {
	const lock = readFileSync(join(folder, 'package-lock.json'));
	return createHash('sha256').update(lock).update(`${process.platform} ${process.arch}`).digest('hex');
}

/** @param {string} folder */
export function isInstalled(folder) {
	return existsSync(stampOf(folder)) && readFileSync(stampOf(folder), 'utf8') === wanted(folder);
}

/** @param {string} folder */
export function markInstalled(folder) {
	writeFileSync(stampOf(folder), wanted(folder));
}

/** @param {unknown} value @returns {value is Record<string, unknown>} */
const isObject = (value) => typeof value === 'object' && value !== null;

/** Whether npm takes a package on this machine, by its `os` or `cpu`. @param {unknown} names @param {string} own */
const takes = (names, own) => !Array.isArray(names) || names.includes(own);

/**
 * The folders of all packages that npm puts into a folder on this machine.
 * @param {string} folder
 * @returns {string[]}
 */
export function packagesOf(folder) {
	/** @type {unknown} */
	const lock = JSON.parse(readFileSync(join(folder, 'package-lock.json'), 'utf8'));
	const packages = isObject(lock) && isObject(lock.packages) ? lock.packages : {};
	return Object.entries(packages)
		.filter(([path, entry]) => path !== '' && isObject(entry) && entry.link !== true)
		.filter(([, entry]) => isObject(entry) && takes(entry.os, process.platform) && takes(entry.cpu, process.arch))
		.map(([path]) => join(folder, path));
}
