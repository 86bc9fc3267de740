/** What stands between n8n and Hopsworks, such as proxies and firewalls, and answers in its place. */
import type { ErrorReply } from './errorReply';
import type { Meaning } from './meaning';

const STATUS_MEANINGS: Record<number, Meaning> = {
	407: {
		message: 'A proxy between n8n and the server asks for a password',
		description:
			"Put user and password of the proxy into the variable HTTPS_PROXY or HTTP_PROXY where n8n runs, or the server's host name into NO_PROXY to go around it.",
	},
	426: {
		message: 'The server does not speak the version of HTTP in which it was asked',
		description:
			'n8n speaks HTTP/1.1. A proxy in front of the gateway may pass requests on as HTTP/1.0, which Envoy refuses: set it to HTTP/1.1 (nginx: proxy_http_version), or go around it.',
	},
	431: {
		message: 'The headers of the request were too large',
		description:
			"Check 'API Key' in the credential: the key alone, and nothing that was pasted beside it. A proxy in between may add headers of its own.",
	},
	511: {
		message: 'The network asks n8n to sign in',
		description:
			'Something between n8n and the server holds requests back until somebody signs in. Ask whoever runs the network.',
	},
};

const REFUSED: Meaning = {
	message: 'A proxy or firewall between n8n and the server refused the request',
	description:
		"The answer is a web page, which neither Hopsworks nor its gateway sends: the API key was not even looked at. Ask whoever runs the network to let n8n reach this address, or put the server's host name into NO_PROXY where n8n runs.",
};
const NOT_LET_IN: Meaning = {
	message: 'An access rule of the gateway refused the request',
	description:
		"The rule is Istio's own, and not about the API key: it may allow only some addresses, paths or callers. Ask the administrator of the cluster to let n8n in.",
};

/** What a reply means that came from something in between; `undefined` where it came from Hopsworks or a deployment. */
export function meaningInBetween({ status, text, form }: ErrorReply): Meaning | undefined {
	if (status === 403 && form === 'page') return REFUSED;
	if (status === 403 && text.startsWith('RBAC: access denied')) return NOT_LET_IN;
	return STATUS_MEANINGS[status];
}
