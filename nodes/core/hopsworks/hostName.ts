/** Host names: which a gateway can be asked for, and which a `Host` header may hold. */

/** Longer ones do not exist (RFC 1035). The bound comes first, so that no text takes long to look at. */
const LONGEST_HOST = 253;
const HIGHEST_PORT = 65_535;
const LONGEST_PORT = ':65535'.length;

/** Underscores are not for host names, but names of deployments have them. */
const LABEL = /^[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?$/;

/** Whether a text is one part of a host name, between two dots. */
export function isLabel(text: string): boolean {
	return LABEL.test(text);
}

/** Whether a text is a host name or an IPv4 address, and nothing more. */
export function isHostName(text: string): boolean {
	return text.length <= LONGEST_HOST && text.split('.').every(isLabel);
}

/** Whether a text is a host name, alone or with a port. */
export function isHost(text: string): boolean {
	if (text.length > LONGEST_HOST + LONGEST_PORT) return false;
	const [name = '', port, ...more] = text.split(':');
	if (!isHostName(name) || more.length > 0) return false;
	return port === undefined || (/^\d{1,5}$/.test(port) && Number(port) > 0 && Number(port) <= HIGHEST_PORT);
}

/** The first part of a host name, which is the deployment's name where a gateway goes by host names. */
export function firstLabel(host: string): string {
	return host.split(/[.:]/, 1)[0] ?? '';
}
