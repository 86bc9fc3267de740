/** Ends the process where its Node is too old, before anything that an old one does not know is used. */
const OLDEST_NODE = '20.17.0';

/** @param {string} version */
const numbers = (version) => version.split('.').map(Number);
const [[major = 0, minor = 0], [oldestMajor = 0, oldestMinor = 0]] = [
	numbers(process.versions.node),
	numbers(OLDEST_NODE),
];
if (major < oldestMajor || (major === oldestMajor && minor < oldestMinor)) {
	console.error(`This needs Node ${OLDEST_NODE} or newer; this is ${process.versions.node}.`);
	process.exit(1);
}
